import { rmdirSync, rmSync } from "node:fs";

/**
 * Temporary files of sinks that are neither committed nor aborted. When the process ends first, by `process.exit`, an
 * uncaught error or a signal, they are removed.
 */
const paths = new Set<string>();

/** Folders that were made for such files, outermost first. They go with them, where nothing else is in them. */
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
    // Something is in it, or somebody else removed it.
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
  add(paths, path);
}

/** Takes a file off the list: it was renamed or removed. */
export function dropUnfinishedFile(path: string): void {
  drop(paths, path);
}

/** Registers a folder that was made for files to come. */
export function addUnfinishedFolder(path: string): void {
  add(folders, path);
}

/** Takes a folder off the list: it holds a finished file, or was removed. */
export function dropUnfinishedFolder(path: string): void {
  drop(folders, path);
}

/** Removes those of some folders, outermost first, in which nothing is. */
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
