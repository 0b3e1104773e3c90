import { ESBUILD } from "./esbuild.mjs";
import { IMPORT_MAP } from "./import-map.mjs";
import { JEST } from "./jest.mjs";
import { NEXT } from "./next.mjs";
import { NODE } from "./node.mjs";
import { OTHER_RUNTIMES } from "./other-runtimes.mjs";
import { ROLLUP } from "./rollup.mjs";
import { TYPESCRIPT } from "./typescript.mjs";
import { VITE } from "./vite.mjs";
import { WEBPACK } from "./webpack.mjs";
import { WORKERD } from "./workerd.mjs";

/** Every place, in the order of the table. */
export const PLACES = [
  ...VITE,
  ...ESBUILD,
  ...WEBPACK,
  ...ROLLUP,
  ...IMPORT_MAP,
  ...NODE,
  ...JEST,
  ...TYPESCRIPT,
  ...NEXT,
  ...OTHER_RUNTIMES,
  ...WORKERD,
];

/** Places that every change is tried in; each takes seconds. */
export const FAST = [
  "vite-7-build",
  "esbuild",
  "webpack",
  "import-map",
  "csp",
  "csp-isolated",
  "csp-no-wasm",
  "node-22",
  "node-24",
];
