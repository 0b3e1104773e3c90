import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ByteSource, memorySource } from "@samoyed/core";

/** The record by tools/oracle/fixtures_checkpoint.py of a file written by PyTorch. */
export interface Fixture {
  readonly file: string;
  readonly container: string;
  /** Whether the file may contain more tensors than these. */
  readonly subset?: boolean;
  readonly unwrapped?: readonly string[];
  readonly tensors: Readonly<Record<string, ExpectedTensor | "unsupported">>;
  /** A whole module in the file, with the state dict that PyTorch makes of it. */
  readonly module?: {
    readonly path: string;
    readonly class: string;
    readonly stateDict: Readonly<Record<string, ExpectedTensor>>;
  };
}

export interface ExpectedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly hex: string;
}

const FOLDER = new URL("../fixtures/", import.meta.url);

export function fixtureBytes(file: string): Uint8Array {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(file, FOLDER))));
}

export function fixtureSource(file: string): ByteSource {
  return memorySource(fixtureBytes(file), file);
}

/** The names of all files, recorded and recording. */
export const FIXTURE_FILES: readonly string[] = readdirSync(FOLDER);

/** Every recorded fixture. */
export const FIXTURES: readonly Fixture[] = FIXTURE_FILES.filter(
  (name) => name.endsWith(".json") && !name.endsWith(".index.json"),
).map((name) => JSON.parse(readFileSync(fileURLToPath(new URL(name, FOLDER)), "utf8")) as Fixture);

export async function resolveFixture(file: string): Promise<ByteSource> {
  return fixtureSource(file);
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
