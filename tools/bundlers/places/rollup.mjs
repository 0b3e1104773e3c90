import { join } from "node:path";
import { builtPage } from "./built-page.mjs";

async function build(tool, { site, out }) {
  const { rollup } = await tool.load("rollup");
  const { default: resolve } = await tool.load("@rollup/plugin-node-resolve");
  const { default: commonjs } = await tool.load("@rollup/plugin-commonjs");
  const bundle = await rollup({
    input: join(site, "main.js"),
    plugins: [resolve({ browser: true }), commonjs()],
    onwarn: () => {},
  });
  await bundle.write({ dir: out, format: "es" });
  await bundle.close();
}

export const ROLLUP = [
  builtPage({ name: "rollup", title: "Rollup, with node-resolve and commonjs", tool: "rollup", build }),
];
