import { SamoyedError, UnsupportedError } from "@samoyed/core";
import type { ProgramNode } from "../program/program.ts";

/** Most refusals that a message spells out; `details.nodes` has all of them. */
const MAX_LISTED = 40;

interface Refusal {
  readonly node: string;
  readonly target: string;
  readonly reason: string;
  readonly hint: string | undefined;
}

/** Collects what cannot be converted, so that one error lists all of it. */
export class Refusals {
  readonly #found: Refusal[] = [];

  /** Notes why a node, or a part of the file that is no node, cannot be converted. */
  add(where: Pick<ProgramNode, "name" | "target">, error: SamoyedError): void {
    this.#found.push({ node: where.name, target: where.target, reason: error.message, hint: error.hint });
  }

  /** Whether nothing was refused. */
  get isEmpty(): boolean {
    return this.#found.length === 0;
  }

  /**
   * Ends the conversion if anything was refused.
   *
   * @throws UnsupportedError that lists every node and reason; nodes alike are named once.
   */
  throwIfAny(label: string): void {
    if (this.isEmpty) return;
    const groups = new Map<string, { readonly node: string; more: number }>();
    for (const { node, target, reason } of this.#found) {
      const text = `${target}: ${reason}`;
      const group = groups.get(text);
      if (group === undefined) groups.set(text, { node, more: 0 });
      else group.more++;
    }
    const lines = [...groups].map(([text, { node, more }]) =>
      more === 0 ? `node "${node}" (${text})` : `node "${node}" and ${more} more (${text})`,
    );
    const rest = lines.length > MAX_LISTED ? [`${lines.length - MAX_LISTED} more`] : [];
    const listed = [...lines.slice(0, MAX_LISTED), ...rest].join("; ");
    const hints = [...new Set(this.#found.flatMap(({ hint }) => hint ?? []))];
    throw new UnsupportedError(`${label}: the program cannot be converted: ${listed}`, {
      ...(hints.length > 0 && { hint: hints.join(" ") }),
      details: { nodes: this.#found },
    });
  }
}
