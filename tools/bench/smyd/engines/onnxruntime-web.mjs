import { onnxruntimeWeb } from "@samoyed/runtime-onnx";

export const open = () => onnxruntimeWeb();
