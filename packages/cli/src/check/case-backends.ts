import type { CaseBackend } from "@samoyed/golden";
import type { Backend } from "@samoyed/runtime";

/** Makes the artifact of a format, once, however many backends ask for it. */
export type ArtifactMaker = (format: Backend["format"]) => Promise<string>;

/** Backends as a case takes them: the artifact is converted when the first of them that can run is opened. */
export function caseBackends(backends: readonly Backend[], make: ArtifactMaker): CaseBackend[] {
  const made = new Map<Backend["format"], Promise<string>>();
  return backends.map((backend) => ({
    name: backend.name,
    availability: () => backend.availability(),
    async open({ signal }) {
      const artifact = made.get(backend.format) ?? make(backend.format);
      made.set(backend.format, artifact);
      return backend.load(await artifact, signal ? { signal } : {});
    },
  }));
}
