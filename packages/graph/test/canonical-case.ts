import type { Tensor } from "@samoyed/core";
import { expect } from "vitest";
import { canonicalize, type CanonicalReport, interpret } from "../src/index.ts";
import { CANONICAL_OPSET, type Dim, type Graph } from "@samoyed/ir";
import { type NodeCase, nodeGraph } from "./helpers.ts";

/**
 * The largest distance allowed, in units of 2⁻²⁴ of the largest value: the canonical form rounds to float32 after each
 * of up to nine steps, the operator once.
 */
const UNITS = 8;

/** The largest distance between two results, in units of 2⁻²⁴ of the largest value expected; infinite where types differ. */
export function distance(actual: Tensor, expected: Tensor): number {
  if (actual.dtype !== expected.dtype || actual.shape.join() !== expected.shape.join()) return Infinity;
  let [worst, largest] = [0, 0];
  for (let index = 0; index < expected.data.length; index++) {
    const [got, want] = [Number(actual.data[index]), Number(expected.data[index])];
    if (Object.is(got, want) || got === want) continue;
    if (!Number.isFinite(got) || !Number.isFinite(want)) return Infinity;
    worst = Math.max(worst, Math.abs(got - want));
  }
  for (const value of expected.data)
    if (Number.isFinite(Number(value))) largest = Math.max(largest, Math.abs(Number(value)));
  return worst === 0 ? 0 : worst / (largest * 2 ** -24);
}

/** A graph and its canonical form compute the same. */
export async function expectSameNumbers(before: Graph, after: Graph, inputs: Record<string, Tensor>): Promise<void> {
  const [expected, actual] = [await interpret(before, inputs), await interpret(after, inputs)];
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, tensor] of expected) expect(distance(actual.get(name)!, tensor), name).toBeLessThanOrEqual(UNITS);
}

/** The inputs that `nodeGraph` takes for a case. */
export function inputsOf(item: NodeCase): Record<string, Tensor> {
  return Object.fromEntries(
    item.inputs.flatMap((tensor, index) =>
      tensor === null || item.constants?.includes(index) ? [] : [[`x${index}`, tensor]],
    ),
  );
}

/** The operators of a node's canonical form, after its numbers were compared with the node's own. */
export async function canonicalOps(
  item: NodeCase,
  shape?: (index: number) => readonly Dim[] | undefined,
): Promise<readonly string[]> {
  const graph = nodeGraph(item, shape);
  const result = canonicalize(graph);
  expect(result.report.opset.to).toBe(CANONICAL_OPSET);
  expect(canonicalize(result.graph).report.applied, "a second time").toEqual([]);
  await expectSameNumbers(graph, result.graph, inputsOf(item));
  return result.graph.nodes.map((node) => node.op);
}

/** The reasons for which a node stays. */
export function reasons(
  item: NodeCase,
  shape?: (index: number) => readonly Dim[] | undefined,
): readonly CanonicalReport["declined"][number]["reason"][] {
  const graph = nodeGraph(item, shape);
  const result = canonicalize(graph);
  expect(result.graph.nodes.map((node) => node.op)).toContain(item.op);
  return result.report.declined.map(({ reason }) => reason);
}
