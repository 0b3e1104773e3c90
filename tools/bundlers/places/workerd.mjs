import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "zx";
import { Refusal } from "../refusal.mjs";
import { serve } from "../serve.mjs";
import { useSource, WORKER_REPORT } from "../site.mjs";
import { installTool, NotRun } from "../tool.mjs";

/** A worker that classifies once per request. */
const WORKER = `${WORKER_REPORT}
import { use } from "./use.js";

export default {
  fetch: () => new Promise((resolve) => report(use(), (answer) => resolve(Response.json(answer)))),
};
`;

const CONFIG = (port) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "worker.mjs")],
      compatibilityDate = "2026-01-01",
      globalOutbound = "anywhere",
    )),
    (name = "anywhere", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`;

const START_MS = 20_000;

async function ask(url) {
  for (const start = performance.now(); ;) {
    try {
      return await (await fetch(url)).json();
    } catch (cause) {
      if (performance.now() - start > START_MS) throw cause;
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}

export const WORKERD = [
  {
    name: "workerd",
    title: "workerd, the runtime of Cloudflare Workers",
    cures: () => [],
    // It compiles no WebAssembly at run time; TensorFlow.js has an engine without.
    refuses: (runtime) => (runtime.name === "runtime-tfjs" ? undefined : /WebAssembly cannot be compiled here/),
    accepts: ["tfjs-cpu"],
    async attempt({ app, runtime }) {
      const esbuild = await installTool("esbuild");
      const { folder } = await installTool("workerd");
      const program = join(
        folder,
        "node_modules",
        "@cloudflare",
        `workerd-${process.platform}-${process.arch === "x64" ? "64" : process.arch}`,
        "bin",
        "workerd",
      );
      if (!existsSync(program)) throw new NotRun(`workerd has no program for ${process.platform} ${process.arch}`);
      const site = join(app, "sites", `workerd-${runtime.name}`);
      await rm(site, { recursive: true, force: true });
      await mkdir(site, { recursive: true });
      const server = await serve([join(app, "public")]);
      const source = useSource({ runtime, model: `${server.url}${runtime.model}`, image: `${server.url}arrow.jpg` });
      await writeFile(join(site, "use.js"), source);
      await writeFile(join(site, "main.js"), WORKER);
      const { build } = await esbuild.load("esbuild");
      await build({
        entryPoints: [join(site, "main.js")],
        outfile: join(site, "worker.mjs"),
        bundle: true,
        format: "esm",
        conditions: ["workerd", "browser"],
        logLevel: "silent",
      });
      const port = 20_000 + Math.floor(Math.random() * 20_000);
      await writeFile(join(site, "config.capnp"), CONFIG(port));
      const running = $({ cwd: site, nothrow: true, quiet: true })`${program} serve config.capnp`;
      try {
        const { value, error } = await ask(`http://127.0.0.1:${port}/`);
        if (error) throw new Refusal(error);
        return value;
      } catch (cause) {
        if (cause instanceof Refusal) throw cause;
        await running.kill();
        throw new Refusal({ name: "Error", message: `${cause.message}: ${(await running).stderr.slice(-800)}` });
      } finally {
        await running.kill().catch(() => undefined);
        server.close();
      }
    },
  },
];
