import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const ROOT: string = fileURLToPath(new URL("../../..", import.meta.url));

/** The path of a file or folder in the repository's golden data. */
export function golden(path: string): string {
  return `${ROOT}golden/${path}`;
}
