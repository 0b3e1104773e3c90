import { rmdirSync, rmSync } from "node:fs";

/**
 * Temporary files of sinks that are neither committed nor aborted. When the process ends by `process.exit`, an
 * uncaught error or a signal, they are removed.
 */
const paths = new Set<string>();

/** Folders that were created for such files, outermost first. They are removed with them, if nothing else is in them. */
const folders = new Set<string>();

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function removeAll(): void {
  for (const path of paths) {
    rmSync(path, { force: true });
  }
  paths.clear();
  for (const folder of [...folders].reverse()) {
    removeIfEmpty(folder);
  }
  folders.clear();
}

function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    // It is not empty, or another program removed it.
    return false;
  }
}

function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) {
    // The program handles this signal itself: it will abort its sinks or exit, and both clean up.
    return;
  }
  removeAll();
  unlisten();
  // Without a listener the signal has its usual effect, and the parent sees the usual exit status.
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

/** Registers a temporary file for removal when the process ends. */
export function addUnfinishedFile(path: string): void {
  add(paths, path);
}

/** Unregisters a file that was renamed or removed. */
export function dropUnfinishedFile(path: string): void {
  drop(paths, path);
}

/** Registers a folder that was created for files to come. */
export function addUnfinishedFolder(path: string): void {
  add(folders, path);
}

/** Unregisters a folder that contains a finished file or was removed. */
export function dropUnfinishedFolder(path: string): void {
  drop(folders, path);
}

/** Removes the empty ones of some folders, given outermost first. */
export function removeUnfinishedFolders(made: Iterable<string>): void {
  for (const folder of [...made].reverse()) {
    if (removeIfEmpty(folder)) drop(folders, folder);
  }
}

function add(list: Set<string>, path: string): void {
  if (paths.size + folders.size === 0) {
    listen();
  }
  list.add(path);
}

function drop(list: Set<string>, path: string): void {
  if (list.delete(path) && paths.size + folders.size === 0) {
    unlisten();
  }
}
