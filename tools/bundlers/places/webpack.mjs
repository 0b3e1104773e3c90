import { join } from "node:path";
import { builtPage } from "./built-page.mjs";

async function build(tool, { site, out }) {
  const { default: webpack } = await tool.load("webpack");
  const compiler = webpack({
    mode: "production",
    context: site,
    entry: "./main.js",
    output: { path: out, filename: "main.js", publicPath: "auto" },
    performance: { hints: false },
  });
  const stats = await new Promise((resolve, reject) =>
    compiler.run((error, result) => (error ? reject(error) : resolve(result))),
  );
  await new Promise((done) => compiler.close(done));
  const { errors } = stats.toJson({ all: false, errors: true });
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("; "));
}

export const WEBPACK = [
  builtPage({ name: "webpack", title: "webpack 5", tool: "webpack", build }),
  builtPage({ name: "webpack-worker", title: "webpack 5, in a worker", tool: "webpack", where: "worker", build }),
];
