import { join } from "node:path";
import { openPage } from "../page.mjs";
import { writeSite } from "../site.mjs";
import { installTool } from "../tool.mjs";
import { builtPage, defaultCures } from "./built-page.mjs";

/** Vite's workers are of one file unless told otherwise, and our packages load parts of themselves on demand. */
const WORKER_FORMAT = {
  name: "worker.format",
  text: '`worker: { format: "es" }` in vite.config',
  says: /IIFE output formats are not supported for code-splitting|worker\.format|format "iife"|not supported when/i,
};

function workerCures(runtime) {
  const served = defaultCures(runtime).map((cure) => ({
    ...WORKER_FORMAT,
    name: `${WORKER_FORMAT.name}-${cure.name}`,
    text: `${WORKER_FORMAT.text}; ${cure.text}`,
    options: cure.options,
  }));
  return [WORKER_FORMAT, ...served];
}

const config = ({ site, app, cure }) => ({
  root: site,
  configFile: false,
  logLevel: "silent",
  publicDir: join(app, "public"),
  cacheDir: join(site, ".vite"),
  ...(cure?.name.startsWith(WORKER_FORMAT.name) && { worker: { format: "es" } }),
});

async function build(tool, { site, out, app, cure }) {
  const vite = await tool.load("vite");
  await vite.build({ ...config({ site, app, cure }), build: { outDir: out, copyPublicDir: false, emptyOutDir: true } });
}

function devPage({ name, title, tool, where }) {
  return {
    name,
    title,
    cures: defaultCures,
    async attempt({ app, runtime, cure }) {
      const vite = await (await installTool(tool)).load("vite");
      const site = await writeSite({
        app,
        name: `${name}-${runtime.name}-${cure?.name ?? "plain"}`,
        runtime,
        cure,
        where,
      });
      const server = await vite.createServer({
        ...config({ site, app, cure }),
        server: { host: "127.0.0.1", port: 0, fs: { allow: [app] } },
      });
      try {
        await server.listen();
        return await openPage(`http://127.0.0.1:${server.httpServer.address().port}/`);
      } finally {
        await server.close();
      }
    },
  };
}

const VERSIONS = [7, 8, 6];

export const VITE = VERSIONS.flatMap((version) => {
  const tool = `vite${version}`;
  return [
    devPage({ name: `vite-${version}-dev`, title: `Vite ${version}, dev`, tool }),
    builtPage({ name: `vite-${version}-build`, title: `Vite ${version}, build`, tool, build, page: async () => {} }),
    devPage({ name: `vite-${version}-dev-worker`, title: `Vite ${version}, dev, in a worker`, tool, where: "worker" }),
    builtPage({
      name: `vite-${version}-build-worker`,
      title: `Vite ${version}, build, in a worker`,
      tool,
      where: "worker",
      build,
      page: async () => {},
      cures: workerCures,
    }),
  ];
});
