// For `node --import`: makes onnxruntime-node end, hang and fail in the ways in which native code does. FAULT says which.
import { createRequire } from "node:module";

const { InferenceSession } = createRequire(new URL("../../../runtime-onnx/package.json", import.meta.url))(
  "onnxruntime-node",
);
const create = InferenceSession.create.bind(InferenceSession);

const FAULTS = {
  "exit 0": () => process.exit(0),
  abort: () => process.abort(),
  hang: () => {
    for (;;);
  },
  "late rejection": (run) => {
    setTimeout(() => void Promise.reject(new Error("nothing waited for this")), 20);
    return run();
  },
  "endless memory": async (run) => {
    const kept = [];
    for (let i = 0; i < 1000; i++) {
      kept.push(new Uint8Array(64 << 20).fill(1));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return run(kept);
  },
};

InferenceSession.create = async (...args) => {
  const session = await create(...args);
  const run = session.run.bind(session);
  session.run = (...given) => FAULTS[process.env.FAULT](() => run(...given));
  if (process.env.FAULT === "dispose") {
    session.run = run;
    session.release = () => Promise.reject(new Error("cannot be released"));
  }
  return session;
};
