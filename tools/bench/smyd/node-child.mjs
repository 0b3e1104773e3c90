// One engine in a separate process: node node-child.mjs ENGINE, driven by messages `{ call, argument }`.
import { timed } from "./timed.mjs";

const { open } = await import(`./engines/${process.argv[2]}.mjs`);
const engine = timed(open);
process.on("message", async ({ call, argument }) => {
  try {
    process.send({ result: await engine[call](argument) });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.send({ result: "ready" });
