import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** The longest part of a file's own name that its temporary file has; file systems take 255 bytes. */
const MAX_NAME = 180;

/** `.NAME.MACHINE-PROCESS-RANDOM.tmp`. */
const TEMPORARY = /^\.(.+)\.([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{12}\.tmp$/u;

/** A temporary file by its name. */
export interface TemporaryFile {
  /** The beginning of the name that the file was to have. */
  readonly name: string;
  /** A digest of the machine's name; containers that share a folder have different ones. */
  readonly machine: string;
  readonly pid: number;
}

/** Digest of this machine's name, as in names of temporary files. */
export function machineDigest(): string {
  return createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
}

/**
 * Returns a path for a file that is being written, in the folder of the file that it will become: hidden, so that
 * nothing watching the folder takes it for a result; with the process that writes it, so that it can be recognized when
 * that process is dead; random, so that two writers do not collide.
 */
export function temporaryPath(path: string): string {
  const random = randomBytes(6).toString("hex");
  return join(dirname(path), `.${basename(path).slice(0, MAX_NAME)}.${machineDigest()}-${process.pid}-${random}.tmp`);
}

/** Parses the name of a temporary file; `undefined` for every other file. */
export function parseTemporary(file: string): TemporaryFile | undefined {
  const [, name, machine, pid] = TEMPORARY.exec(file) ?? [];
  return name === undefined ? undefined : { name, machine: machine!, pid: Number(pid) };
}
