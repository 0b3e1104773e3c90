import { UnavailableError, UnsupportedError, UsageError } from "@samoyed/core";
import type { Backend } from "@samoyed/runtime";
import { backendsNamed } from "./backends.ts";

/** The format that a path names. */
function formatOf(artifact: string): Backend["format"] {
  if (artifact.endsWith(".onnx")) return "onnx";
  if (artifact.endsWith(".smyd")) return "smyd";
  if (/\.tfjs[\\/]?$|(?:^|[\\/])model\.json$/u.test(artifact)) return "tfjs";
  throw new UnsupportedError(
    `${artifact}: no backend runs this file; expected a name that ends in .onnx, .smyd or .tfjs, or model.json`,
    {
      hint: "Convert a checkpoint first: samoyed convert FILE --to onnx",
    },
  );
}

/**
 * The backend to run an artifact with: the named one, or the first that is ready for its format.
 *
 * @throws UnavailableError with each backend's reason, when none is ready.
 */
export async function backendFor(artifact: string, name: string | undefined): Promise<Backend> {
  const format = formatOf(artifact);
  const candidates = backendsNamed(name === undefined ? [] : [name]).filter((backend) => backend.format === format);
  if (candidates.length === 0) throw new UsageError(`the backend ${name} does not run models in the format ${format}`);
  const reasons: string[] = [];
  let fix: string | undefined;
  for (const backend of candidates) {
    const availability = await backend.availability();
    if (availability.available) return backend;
    reasons.push(`${backend.name}: ${availability.reason}`);
    fix ??= availability.fix;
  }
  throw new UnavailableError(`no backend can run ${artifact}: ${reasons.join("; ")}`, fix ? { hint: fix } : {});
}
