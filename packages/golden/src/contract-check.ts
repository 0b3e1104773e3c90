import type { ClassificationContract, Contract } from "@samoyed/core";
import type { GoldenCase } from "./case.ts";
import type { Check } from "./check.ts";

/** What travels in an artifact beside the network, and what it was made of. */
export interface ArtifactContract {
  /** The artifact's own, as its backend read it. */
  readonly contract: Contract | undefined;
  /** SHA-256 of the checkpoint that the artifact has to come from. */
  readonly sourceSha256: string;
}

/** What an artifact's contract has to say. */
export interface ExpectedContract {
  readonly case: GoldenCase;
  /** The names of the classes, where they are known. */
  readonly labels: readonly string[] | undefined;
  /** Whether the weights are a stand-in. */
  readonly standIn: boolean;
}

/**
 * Compares an artifact's contract with the case, field by field: a network whose logits are right gives wrong answers if
 * the image was prepared in another way, or the classes are named in another order.
 */
export function contractCheck(artifact: ArtifactContract, expected: ExpectedContract): Check {
  const differences =
    artifact.contract === undefined
      ? ["the artifact has no contract"]
      : differencesOf(artifact.contract, artifact, expected);
  const [first] = differences;
  const common = { name: "contract", reference: "exact" } as const;
  if (first === undefined) return { ...common, status: "passed", message: "the artifact's contract is the case's" };
  const more = differences.length > 1 ? `, and ${differences.length - 1} more` : "";
  return { ...common, status: "failed", message: `the contract is not the case's: ${first}${more}` };
}

function differencesOf(
  contract: Contract,
  { sourceSha256 }: ArtifactContract,
  { case: golden, labels, standIn }: ExpectedContract,
): string[] {
  return [
    ...different("task", contract.task, golden.task ?? "logits"),
    ...[...new Set([...Object.keys(contract.preprocess), ...Object.keys(golden.preprocess)])].flatMap((key) =>
      different(`preprocess.${key}`, field(contract.preprocess, key), field(golden.preprocess, key)),
    ),
    ...(labels === undefined ? [] : differentLabels((contract as ClassificationContract).labels ?? [], labels)),
    ...different("source.sha256", contract.source?.sha256, sourceSha256),
    ...different("whether the weights are a stand-in", contract.standIn !== undefined, standIn),
  ];
}

function field(value: object, key: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[key];
}

function different(name: string, got: unknown, expected: unknown): string[] {
  const [a, b] = [JSON.stringify(got) ?? "absent", JSON.stringify(expected) ?? "absent"];
  return a === b ? [] : [`${name}: got ${a}, expected ${b}`];
}

function differentLabels(got: readonly string[], expected: readonly string[]): string[] {
  if (got.length !== expected.length) return different("the number of labels", got.length, expected.length);
  const wrong = expected.findIndex((label, index) => got[index] !== label);
  return wrong === -1 ? [] : different(`labels[${wrong}]`, got[wrong], expected[wrong]);
}
