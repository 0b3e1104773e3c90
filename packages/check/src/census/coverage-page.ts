import type { CensusBackendResult, CensusResult } from "@samoyed/golden";
import type { CensusNetwork } from "./census-networks.ts";
import { censusCell } from "./census-table.ts";
import type { CensusSource } from "./check-network.ts";

/** Contents of the page besides the results. */
export interface CoverageOptions {
  readonly networks: readonly CensusNetwork[];
  readonly results: readonly CensusResult[];
  /** What the networks were converted from. */
  readonly from: CensusSource;
  /** Where it ran. */
  readonly platform: string;
}

/** Longest text of a reason. */
const MAX_REASON = 400;

/** The beginning of the page, by what the networks were converted from. */
const HEADS: Readonly<Record<CensusSource, readonly string[]>> = {
  pt2: [
    "# Coverage",
    "",
    "Written by `samoyed check census --coverage docs/coverage.md`, from the top of the repository; no line is written by hand.",
    "From a bare checkpoint: [coverage-checkpoints.md](coverage-checkpoints.md).",
    "",
    "The smallest network of each of timm's modules, exported by `torch.export.save` with an open batch, converted from `.pt2`",
  ],
  checkpoint: [
    "# Coverage from a bare checkpoint",
    "",
    "Written by `samoyed check census --from checkpoint --coverage docs/coverage-checkpoints.md`, from the top of the repository;",
    "no line is written by hand. From a `.pt2` file: [coverage.md](coverage.md).",
    "",
    "The smallest network of each of timm's modules: its state dict alone, whose graph Samoyed knows, converted",
  ],
};

/** The page that says for each module of timm, and each format and engine, whether its smallest network is right. */
export function coveragePage({ networks, results, from, platform }: CoverageOptions): string {
  const byName = new Map(results.map((result) => [result.name, result]));
  const columns = columnsOf(results);
  const passed = columns.map(({ backend }) => {
    const count = results.filter((result) => statusOf(result, backend) === "passed").length;
    return `${count} of ${networks.length}`;
  });
  const row = ({ module, name, folder, unfit }: CensusNetwork): string => {
    const result = byName.get(name);
    const missing = unfit !== undefined ? "not exported" : folder === undefined ? "not recorded" : "not run";
    const cells = columns.map(({ backend }) => {
      const found = result?.backends.find((one) => one.backend === backend);
      return found === undefined ? missing : cell(found);
    });
    return `| ${[module, `\`${name}\``, result?.input.slice(2).join(" × ") ?? "", ...cells].join(" | ")} |`;
  };
  const sorted = networks.toSorted((a, b) => (a.module < b.module ? -1 : 1));
  return [
    ...HEADS[from],
    "to each format, run on each engine in Node, and compared with PyTorch's float64. Weights and input are seeded, not trained:",
    "this is about arithmetic. F is the noise of float32 in PyTorch itself for the same network and input; up to 8 F passes (see",
    "[tolerances.md](tolerances.md)). **refused** means that the conversion named what it does not handle and wrote nothing;",
    "_not run_ and _not recorded_ say nothing about a network, and are no pass.",
    "",
    `Ran on ${platform}.`,
    "",
    `| format | ${columns.map(({ format }) => format).join(" | ")} |`,
    `| --- | ${columns.map(() => "---").join(" | ")} |`,
    `| engine | ${columns.map(({ backend, version }) => [backend, version ?? ""].join(" ").trim()).join(" | ")} |`,
    `| passed | ${passed.join(" | ")} |`,
    "",
    "## Networks",
    "",
    `| module | network | image | ${columns.map(({ backend }) => backend).join(" | ")} |`,
    `| --- | --- | --- | ${columns.map(() => "---").join(" | ")} |`,
    ...sorted.map(row),
    "",
    "## Why not",
    "",
    ...reasons(sorted, byName),
    "",
  ].join("\n");
}

/** The backends of all results, with the version of their engine where one ran. */
function columnsOf(
  results: readonly CensusResult[],
): readonly Pick<CensusBackendResult, "backend" | "format" | "version">[] {
  const columns = new Map<string, CensusBackendResult>();
  for (const result of results.flatMap(({ backends }) => backends)) {
    const known = columns.get(result.backend);
    if (known?.version === undefined) columns.set(result.backend, result);
  }
  return [...columns.values()];
}

function statusOf(result: CensusResult, backend: string): CensusBackendResult["status"] | undefined {
  return result.backends.find((one) => one.backend === backend)?.status;
}

function cell(result: CensusBackendResult): string {
  const { status, inNoise } = result;
  if (status === "passed") return inNoise === undefined ? "passed" : `${inNoise.toFixed(1)} F`;
  return status === "not run" ? status : `**${censusCell(result)}**`;
}

/** One item for each reason of a network, with the engines that it concerns; a format's refusal is one item. */
function reasons(networks: readonly CensusNetwork[], results: ReadonlyMap<string, CensusResult>): readonly string[] {
  const lines = networks.flatMap(({ name, unfit }): readonly string[] => {
    if (unfit !== undefined) return [`- \`${name}\`, no case: ${plain(unfit)}`];
    const backends = results.get(name)?.backends.filter(({ status }) => status !== "passed") ?? [];
    const concerned = new Map<string, CensusBackendResult[]>();
    for (const result of backends) {
      const [first = ""] = result.reasons;
      concerned.set(first, [...(concerned.get(first) ?? []), result]);
    }
    return [...concerned].map(([reason, ran]) => {
      const who =
        ran[0]!.status === "refused" ? new Set(ran.map(({ format }) => format)) : ran.map((one) => one.backend);
      return `- \`${name}\`, ${[...who].join(", ")} ${ran[0]!.status}: ${plain(reason)}`;
    });
  });
  return lines.length === 0 ? ["Nothing was refused or failed."] : lines;
}

/** Text of an error in one line of Markdown, without the path of the machine. */
function plain(text: string): string {
  const line = text.replaceAll(/\/[^\s:]*\/([^\s/:]+)/gu, "$1").replaceAll(/[\s|]+/gu, " ");
  const shown = line.length > MAX_REASON ? `${line.slice(0, MAX_REASON)}…` : line;
  return shown.replaceAll(/[<>*_`[\]]/gu, (character) => `\\${character}`);
}
