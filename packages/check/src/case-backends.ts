import { formatNamed, FORMATS } from "@samoyed/convert";
import type { CaseBackend, GoldenCase } from "@samoyed/golden";
import type { Format } from "@samoyed/graph";
import type { Availability, Backend } from "@samoyed/runtime";

/** A converted model. */
export interface MadeArtifact {
  readonly path: string;
  /** SHA-256 of the checkpoint that it was made of. */
  readonly sourceSha256: string;
  /** Of the weights that an engine computes with, where they are stored in fewer bits. */
  readonly weightsSha256?: string;
}

/** Makes the artifact of a format, once, however many backends ask for it. */
export type ArtifactMaker = (format: Format) => Promise<MadeArtifact>;

/** A case's backends, and how they come by artifacts. */
export interface CaseBackendOptions {
  readonly case: GoldenCase;
  /** Backends that were asked for by name: they run however slow they are. */
  readonly asked: readonly string[];
  /** How weights are stored. */
  readonly stored: string;
  readonly make: ArtifactMaker;
}

/** The format of a backend, where it can store weights so. */
export function formatStoring({ format }: Backend, stored: string): Format | undefined {
  const written = formatNamed(format);
  return written?.weights.includes(stored) === true ? written : undefined;
}

/** Backends as a case takes them: the artifact is converted when the first of them that can run is opened. */
export function caseBackends(
  backends: readonly Backend[],
  { case: golden, asked, stored, make }: CaseBackendOptions,
): CaseBackend[] {
  const made = new Map<Format, Promise<MadeArtifact>>();
  return backends.map((backend) => {
    const { name } = backend;
    const format = formatStoring(backend, stored);
    return {
      name,
      async availability(): Promise<Availability> {
        if (format === undefined) {
          const known = FORMATS.filter(({ weights }) => weights.includes(stored));
          const fix = `Weights are stored so by ${known.map((one) => one.name).join(", ")}.`;
          return {
            available: false,
            reason: `its format, ${backend.format}, does not store weights as ${stored}`,
            fix,
          };
        }
        if (asked.includes(name) || !golden.slow?.includes(name)) return backend.availability();
        const reason = "it takes a minute or more for this network, and was not asked for by name";
        return { available: false, reason, fix: `samoyed check ${golden.name} --backend ${name}` };
      },
      async open({ signal }) {
        const making = made.get(format!) ?? make(format!);
        made.set(format!, making);
        const { path, sourceSha256, weightsSha256 } = await making;
        const session = await backend.load(path, { signal });
        return {
          run: (inputs, options) => session.run(inputs, options),
          dispose: () => session.dispose(),
          artifact: { contract: session.contract, sourceSha256 },
          ...(weightsSha256 === undefined ? {} : { weightsSha256 }),
        };
      },
    };
  });
}
