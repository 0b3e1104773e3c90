// No engine: a file's bytes in memory, the baseline for loading a model.

/** Reads into one buffer of the file's size, in Node's fastest way. */
async function readFile(path) {
  const { closeSync, fstatSync, openSync, readSync } = await import("node:fs");
  const file = openSync(path);
  const bytes = new Uint8Array(fstatSync(file).size);
  for (let at = 0; at < bytes.length;) at += readSync(file, bytes, at, bytes.length - at, at);
  closeSync(file);
  return bytes;
}

const download = async (url) => (await fetch(url)).arrayBuffer();

export const open = () => ({
  load: async (artifact) => {
    const bytes = await (globalThis.document ? download(artifact) : readFile(artifact));
    return { bytes, dispose: async () => {} };
  },
});
