import { UnavailableError } from "@samoyed/core";
import { firstLine } from "./first-line.ts";

/** Names of the npm packages, and of the backends. */
export type EngineName = "onnxruntime-node" | "onnxruntime-web";

/** What Node, browsers, webpack and Vite say of a package that is not there. */
const MISSING = /cannot find (?:module|package)|resolve module specifier|could not resolve/i;

/** Converts the error of importing an engine: the reason, and the command that fixes it. One of ours is kept. */
export function importError(name: EngineName, cause: unknown): UnavailableError {
  if (cause instanceof UnavailableError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const missing = MISSING.test(message) && [`'${name}'`, `"${name}"`].some((quoted) => message.includes(quoted));
  return new UnavailableError(missing ? `${name} is not installed` : `${name} does not load: ${firstLine(message)}`, {
    hint: missing ? installCommand(name) : `Use a platform that ${name} supports, or another backend.`,
    cause,
  });
}

/** onnxruntime-node's install script downloads what only CUDA needs, and fails where its host cannot be reached. */
function installCommand(name: EngineName): string {
  return name === "onnxruntime-node" ? `npm install --ignore-scripts ${name}` : `npm install ${name}`;
}
