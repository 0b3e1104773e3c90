import { UnsupportedError, UsageError } from "@samoyed/core";
import { FORMATS } from "@samoyed/convert/formats";
import type { Format } from "@samoyed/graph";
import { type Backend, firstAvailable } from "@samoyed/runtime";
import { artifactFormat } from "./artifact-format.ts";
import { allBackends, backendsNamed } from "./backends.ts";

/** The format of an artifact that is there. */
async function formatOf(artifact: string): Promise<Format> {
  const found = await artifactFormat(artifact);
  const format = FORMATS.find(({ name }) => name === found?.name);
  if (format !== undefined) return format;
  const endings = FORMATS.map(({ ending }) => ending).join(", ");
  const entries = FORMATS.flatMap(({ entry = [] }) => entry).join(" or ");
  throw new UnsupportedError(
    `${artifact}: no backend runs this file; expected a name that ends in ${endings}, or ${entries}`,
    {
      hint: `Convert a checkpoint first: samoyed convert FILE --to ${FORMATS[0]!.name}`,
    },
  );
}

/** Hint for where the backend that was named runs another format. */
function otherFormat(artifact: string, { format, wanted }: { format: Format; wanted: Backend }): UsageError {
  const able = allBackends().filter((backend) => backend.format === format.name);
  const convert = format.read === undefined ? "" : `, or convert it: samoyed convert ${artifact} --to ${wanted.format}`;
  return new UsageError(`the backend ${wanted.name} does not run models in the format ${format.name}`, {
    hint: `Choose one that does (${able.map(({ name }) => name).join(", ")})${convert}`,
  });
}

/**
 * The backend to run an artifact with: the named one, or the first that is ready for its format.
 *
 * @throws IoError when there is no such file, FormatError when something else is in its place.
 * @throws UnsupportedError when no backend runs such a file, UsageError when the named one does not.
 * @throws UnavailableError with each backend's reason, when none is ready.
 */
export async function backendFor(artifact: string, name: string | undefined): Promise<Backend> {
  const named = backendsNamed(name === undefined ? [] : [name]);
  const format = await formatOf(artifact);
  const candidates = named.filter((backend) => backend.format === format.name);
  if (candidates.length === 0) {
    if (name !== undefined) throw otherFormat(artifact, { format, wanted: named[0]! });
    throw new UnsupportedError(`${artifact}: no backend runs models in the format ${format.name}`);
  }
  return firstAvailable(candidates, { what: artifact });
}
