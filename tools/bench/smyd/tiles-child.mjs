// The kernels with tiles of any size in a separate process: node tiles-child.mjs '[[layer, variant, runs], …]'.
import { convolutionSpeed } from "./tiles.mjs";

const speeds = [];
for (const [layer, variant, runs] of JSON.parse(process.argv[2]))
  speeds.push(await convolutionSpeed(layer, variant, runs));
console.log(JSON.stringify(speeds));
