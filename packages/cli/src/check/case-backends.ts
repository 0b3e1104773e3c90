import type { CaseBackend, GoldenCase } from "@samoyed/golden";
import type { Backend } from "@samoyed/runtime";

/** Makes the artifact of a format, once, however many backends ask for it. */
export type ArtifactMaker = (format: Backend["format"]) => Promise<string>;

/** A case's backends, and how they come by artifacts. */
export interface CaseBackendOptions {
  readonly case: GoldenCase;
  /** Backends that were asked for by name: they run however slow they are. */
  readonly asked: readonly string[];
  readonly make: ArtifactMaker;
}

/** Backends as a case takes them: the artifact is converted when the first of them that can run is opened. */
export function caseBackends(
  backends: readonly Backend[],
  { case: golden, asked, make }: CaseBackendOptions,
): CaseBackend[] {
  const made = new Map<Backend["format"], Promise<string>>();
  return backends.map((backend) => ({
    name: backend.name,
    async availability() {
      const { name } = backend;
      if (asked.includes(name) || !golden.slow?.includes(name)) return backend.availability();
      const reason = "it takes a minute or more for this network, and was not asked for by name";
      return { available: false, reason, fix: `samoyed check ${golden.name} --backend ${name}` };
    },
    async open({ signal }) {
      const artifact = made.get(backend.format) ?? make(backend.format);
      made.set(backend.format, artifact);
      return backend.load(await artifact, signal ? { signal } : {});
    },
  }));
}
