import { type ByteSource, IoError, memorySource, type ModelFiles, throwIfAborted } from "@samoyed/core";

/** Opens files at an http(s) URL, each downloaded whole. */
export function urlFiles(url: URL): ModelFiles {
  const model = new URL(url);
  if (!model.pathname.endsWith(".json")) model.pathname = `${model.pathname.replace(/\/$/u, "")}/model.json`;
  return {
    label: model.href,
    local: false,
    open: (name, signal) => download(name === "" ? model : shardUrl(model, name), signal),
  };
}

/** Builds a shard's URL, with the query of a signed model's URL. */
function shardUrl(model: URL, name: string): URL {
  const shard = new URL(name, model);
  shard.search = model.search;
  return shard;
}

async function download(url: URL, signal: AbortSignal | undefined): Promise<ByteSource> {
  throwIfAborted(signal);
  try {
    const response = await fetch(url, { signal: signal ?? null });
    if (!response.ok) {
      throw new IoError(`${url.href}: the server answered ${response.status} ${response.statusText}`.trim(), {
        details: { status: response.status },
      });
    }
    return memorySource(new Uint8Array(await response.arrayBuffer()), url.href);
  } catch (cause) {
    throwIfAborted(signal);
    if (cause instanceof IoError) throw cause;
    throw new IoError(`${url.href}: cannot be downloaded`, { hint: "Check the address and the network.", cause });
  }
}
