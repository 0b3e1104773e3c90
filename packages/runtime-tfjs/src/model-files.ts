import { type ByteSource, FormatError, IoError, memorySource, throwIfAborted } from "@samoyed/core";

/** The files of a model: `model.json` and its shards beside it. */
export interface ModelFiles {
  /** For messages: where model.json lies. */
  readonly label: string;
  /** Opens a file by its name beside model.json; `""` is model.json itself. */
  open(name: string, signal: AbortSignal | undefined): Promise<ByteSource>;
  /** Whether all files can be opened and measured without reading them. */
  readonly local: boolean;
}

/**
 * A shard's name as a manifest gives it, which must lie beside model.json.
 *
 * @throws FormatError when it points elsewhere.
 */
export function checkShardName(name: unknown, label: string): string {
  if (typeof name === "string" && name !== "" && !/^\/|[\\:?#%\0]/u.test(name)) {
    if (!name.split("/").some((part) => part === "" || part === "." || part === "..")) return name;
  }
  throw new FormatError(`${label}: weightsManifest names the file ${JSON.stringify(name)}; expected one beside it`);
}

/** Files at a web address, each downloaded whole. */
export function urlFiles(url: URL): ModelFiles {
  const model = new URL(url);
  if (!model.pathname.endsWith(".json")) model.pathname = `${model.pathname.replace(/\/$/u, "")}/model.json`;
  return {
    label: model.href,
    local: false,
    open: (name, signal) => download(name === "" ? model : shardUrl(model, name), signal),
  };
}

/** A shard's address: a signed model's query goes with it. */
function shardUrl(model: URL, name: string): URL {
  const shard = new URL(name, model);
  shard.search = model.search;
  return shard;
}

async function download(url: URL, signal: AbortSignal | undefined): Promise<ByteSource> {
  throwIfAborted(signal);
  try {
    const response = await fetch(url, signal ? { signal } : {});
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
