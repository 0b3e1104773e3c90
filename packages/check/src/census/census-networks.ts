import { existsSync } from "node:fs";
import { join } from "node:path";
import { FormatError, nearest, schemaProblem, UsageError } from "@samoyed/core";
import { readRegularFile } from "@samoyed/core/node";

/** A network of the census: the smallest of one of timm's modules. */
export interface CensusNetwork {
  readonly module: string;
  readonly name: string;
  readonly parameters: number;
  /** The folder of its case.json; absent where none was recorded. */
  readonly folder?: string;
  /** Why the oracle could not record it: PyTorch does not export it. */
  readonly unfit?: string;
}

const MAX_MODULES = 1000;

/**
 * The networks that the census lists, the smallest first.
 *
 * @param golden - The folder of golden data: the list is in `census/networks.json`, cases are in `census/NAME`.
 * @param only - Names of networks or modules; all of them for no names.
 * @throws UsageError when the folder has no census, or nothing has a name.
 * @throws FormatError when the list is damaged.
 */
export async function censusNetworks(golden: string, only: readonly string[]): Promise<readonly CensusNetwork[]> {
  const root = join(golden, "census");
  const path = join(root, "networks.json");
  if (!existsSync(path)) {
    throw new UsageError(`${root}: no census here; expected networks.json and NAME/case.json`, {
      hint: "The recorded networks are in Samoyed's repository: name its folder with --golden DIR.",
    });
  }
  const all = parseNetworks(new TextDecoder().decode(await readRegularFile(path)), path)
    .map((network) => {
      const folder = join(root, network.name);
      return existsSync(join(folder, "case.json")) ? { ...network, folder } : network;
    })
    .toSorted((a, b) => a.parameters - b.parameters);
  for (const name of only) {
    if (all.some((network) => network.name === name || network.module === name)) continue;
    const close = nearest(
      name,
      all.flatMap((network) => [network.name, network.module]),
    );
    throw new UsageError(`no network or module of the census is called ${JSON.stringify(name)}`, {
      hint: close ? `Did you mean ${close}?` : `The list is ${path}.`,
    });
  }
  return only.length === 0 ? all : all.filter(({ name, module }) => only.includes(name) || only.includes(module));
}

function parseNetworks(json: string, path: string): readonly CensusNetwork[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new FormatError(`${path}: is not JSON`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FormatError(`${path}: is no object`);
  }
  const text = { type: "string", minLength: 1 } as const;
  const list = Object.entries(value).map(([module, entry]): unknown => ({ module, ...entry }));
  const problem = schemaProblem(
    list,
    {
      type: "array",
      minItems: 1,
      maxItems: MAX_MODULES,
      items: {
        type: "object",
        properties: {
          module: text,
          name: { type: "string", pattern: "^[a-z0-9_]+$" },
          parameters: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
          unfit: text,
        },
        required: ["module", "name", "parameters"],
        additionalProperties: false,
      },
    },
    "networks",
  );
  if (problem !== undefined) throw new FormatError(`${path}: ${problem}`);
  return list as readonly CensusNetwork[];
}
