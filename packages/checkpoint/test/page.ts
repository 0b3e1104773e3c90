import { blobSource, httpSource } from "@samoyed/core";
import { openCheckpoint } from "../src/index.ts";
import type { Fixture } from "./fixtures.ts";

/** The page's result: the number of tensors with PyTorch's bytes, and the failures. */
export interface PageResult {
  readonly right: number;
  readonly wrong: readonly string[];
}

const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function check(fixture: Fixture, from: "blob" | "url"): Promise<PageResult> {
  const address = (file: string): string => new URL(`/fixtures/${file}`, location.href).href;
  const resolve = async (file: string) =>
    from === "url" ? httpSource(address(file)) : blobSource(await (await fetch(address(file))).blob(), file);
  const checkpoint = await openCheckpoint(await resolve(fixture.file), { resolve });
  let right = 0;
  const wrong: string[] = [];
  for (const [name, expected] of Object.entries(fixture.tensors)) {
    if (expected === "unsupported") continue;
    const tensor = checkpoint.tensors.get(name)!;
    let chunked = "";
    for await (const chunk of tensor.chunks()) {
      chunked += toHex(chunk);
    }
    if (toHex(await tensor.read()) === expected.hex && chunked === expected.hex) {
      right++;
    } else {
      wrong.push(`${fixture.file}: ${name} from a ${from}`);
    }
  }
  return { right, wrong };
}

async function run(): Promise<PageResult> {
  const fixtures = (await (await fetch("/list.json")).json()) as Fixture[];
  const results: PageResult[] = [];
  for (const fixture of fixtures) {
    for (const from of ["blob", "url"] as const) {
      results.push(
        await check(fixture, from).catch((error: unknown) => ({
          right: 0,
          wrong: [`${fixture.file} from a ${from}: ${String(error)}`],
        })),
      );
    }
  }
  return { right: results.reduce((sum, { right }) => sum + right, 0), wrong: results.flatMap(({ wrong }) => wrong) };
}

(globalThis as { result?: Promise<PageResult> }).result = run();
