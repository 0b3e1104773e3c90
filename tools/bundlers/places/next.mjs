import { createServer } from "node:net";
import { cp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { $ } from "zx";
import { openPage } from "../page.mjs";
import { Refusal } from "../refusal.mjs";
import { installTool, NotRun } from "../tool.mjs";
import { writeSite } from "../site.mjs";
import { defaultCures } from "./built-page.mjs";

const LAYOUT = `export default function Layout({ children }) {
  return <html><body>{children}</body></html>;
}
`;

const PAGE = `"use client";
import { useEffect } from "react";
import { report } from "../report.js";
import { use } from "../use.js";

export default function Page() {
  useEffect(() => report(use(), (answer) => (globalThis.answer = answer)), []);
  return <p>Samoyed</p>;
}
`;

const ROUTE = (runtime) => `import { readFile } from "node:fs/promises";
import { loadClassifier } from "@samoyed/${runtime.name}";
import { report } from "../../report.js";

export const dynamic = "force-dynamic";

async function use() {
  const classifier = await loadClassifier("public/${runtime.model}");
  const [best] = await classifier.classify(await readFile("public/arrow.jpg"), { top: 1 });
  await classifier.dispose();
  return { label: best.label, probability: best.probability, backend: classifier.backend };
}

export function GET() {
  return new Promise((resolve) => report(use(), (answer) => resolve(Response.json(answer))));
}
`;

/** Packages that Next leaves to Node in place of bundling them for the server. */
const EXTERNAL = {
  name: "external",
  text: "`serverExternalPackages` in next.config",
  says: /./,
};

async function writeProject({ app, tool, runtime, name, cure, route }) {
  const folder = await writeSite({ app, name, runtime, cure });
  await rm(join(folder, "index.html"));
  await mkdir(join(folder, "app", "api"), { recursive: true });
  await mkdir(join(folder, "node_modules"), { recursive: true });
  for (const dependency of ["next", "react", "react-dom"]) {
    await symlink(join(tool.folder, "node_modules", dependency), join(folder, "node_modules", dependency));
  }
  await cp(join(app, "public"), join(folder, "public"), { recursive: true });
  const config = {
    eslint: { ignoreDuringBuilds: true },
    outputFileTracingRoot: app,
    ...(cure?.name === EXTERNAL.name && { serverExternalPackages: [`@samoyed/${runtime.name}`] }),
  };
  const files = {
    "package.json": JSON.stringify({ name: "site", private: true, type: "module" }),
    "next.config.mjs": `export default ${JSON.stringify(config)};\n`,
    "app/layout.js": LAYOUT,
    "app/page.js": route ? `export default function Page() {\n  return null;\n}\n` : PAGE,
    ...(route && { "app/api/route.js": ROUTE(runtime) }),
  };
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return folder;
}

/** A port that nothing listens on. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const START_MS = 60_000;

async function untilServed(url) {
  for (const start = performance.now(); ; await new Promise((done) => setTimeout(done, 300))) {
    const response = await fetch(url).catch(() => undefined);
    if (response !== undefined) return;
    if (performance.now() - start > START_MS)
      throw new Refusal({ name: "Error", message: "next start serves nothing" });
  }
}

function nextPlace({ name, title, route, cures }) {
  return {
    name,
    title,
    cures,
    async attempt({ app, runtime, cure }) {
      const tool = await installTool("next");
      const folder = await writeProject({
        app,
        tool,
        runtime,
        name: `${name}-${runtime.name}-${cure?.name ?? "plain"}`,
        cure,
        route,
      });
      const next = join(tool.folder, "node_modules", "next", "dist", "bin", "next");
      const options = {
        cwd: folder,
        nothrow: true,
        quiet: true,
        env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
      };
      const built = await $({ ...options, timeout: "10m" })`${process.execPath} ${next} build`;
      if (built.signal === "SIGTERM") throw new NotRun("next build took longer than ten minutes");
      if (built.exitCode !== 0)
        throw new Refusal({ name: "Error", message: `${built.stderr}${built.stdout}`.slice(0, 1500) });
      const port = await freePort();
      const running = $(options)`${process.execPath} ${next} start --port ${port} --hostname 127.0.0.1`;
      try {
        const url = `http://127.0.0.1:${port}/`;
        await untilServed(url);
        if (!route) return await openPage(url);
        const { value, error } = await (await fetch(`${url}api`)).json();
        if (error) throw new Refusal(error);
        return value;
      } finally {
        await running.kill().catch(() => undefined);
      }
    },
  };
}

export const NEXT = [
  nextPlace({ name: "next-page", title: "Next 15, a page", route: false, cures: defaultCures }),
  nextPlace({ name: "next-route", title: "Next 15, a route", route: true, cures: () => [EXTERNAL] }),
];
