import { rmSync } from "node:fs";

/**
 * Temporary files of sinks that are neither committed nor aborted. When the process ends first, by `process.exit`, an
 * uncaught error or a signal, they are removed.
 */
const paths = new Set<string>();

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function removeAll(): void {
  for (const path of paths) {
    rmSync(path, { force: true });
  }
  paths.clear();
}

function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) {
    // The program handles this signal itself: it will abort its sinks or exit, and both clean up.
    return;
  }
  removeAll();
  unlisten();
  // With no listener left the signal has its usual effect, and the parent sees the usual exit status.
  process.kill(process.pid, signal);
}

function listen(): void {
  process.on("exit", removeAll);
  for (const signal of SIGNALS) {
    process.on(signal, onSignal);
  }
}

function unlisten(): void {
  process.off("exit", removeAll);
  for (const signal of SIGNALS) {
    process.off(signal, onSignal);
  }
}

/** Registers a temporary file for removal at the process's end. */
export function addUnfinishedFile(path: string): void {
  if (paths.size === 0) {
    listen();
  }
  paths.add(path);
}

/** Takes a file off the list: it was renamed or removed. */
export function dropUnfinishedFile(path: string): void {
  if (paths.delete(path) && paths.size === 0) {
    unlisten();
  }
}
