import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { peakMB } from "./peak-memory.mjs";

const CHILD = fileURLToPath(new URL("node-child.mjs", import.meta.url));

/** Opens an engine in a separate Node process: `load`, `run` and `close`, which returns its peak memory. */
export async function openNodeSide({ engine, execArgv = [] }) {
  const child = fork(CHILD, [engine], { execArgv, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = once(child, "exit");
  async function output() {
    const [message] = await Promise.race([
      once(child, "message"),
      ended.then(([code, signal]) => [{ error: `${engine} ended with ${signal ?? code}` }]),
    ]);
    if (message.error) throw new Error(message.error);
    return message.result;
  }
  const call = (name) => (argument) => {
    child.send({ call: name, argument });
    return output();
  };
  await output();
  return {
    load: call("load"),
    run: call("run"),
    async close() {
      const peak = peakMB(child.pid);
      child.kill("SIGKILL");
      await ended;
      return { peakMB: peak };
    },
  };
}
