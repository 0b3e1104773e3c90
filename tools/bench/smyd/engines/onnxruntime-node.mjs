import { onnxruntimeNode } from "@samoyed/runtime-onnx";

export const open = () => onnxruntimeNode();
