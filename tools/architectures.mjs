// Converts the networks that the oracle exported (tools/oracle/architectures.py) into the data of
// packages/architectures: a graph without weights for each, and an index.
//
//   node tools/architectures.mjs [--from FOLDER] [--fresh]
//
// What was converted before is kept beside the exports; --fresh converts everything anew.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { deserialize, serialize } from "node:v8";
import { deflateRawSync, gunzipSync, inflateRawSync } from "node:zlib";
import { exportedNetwork } from "./architectures/exported-network.mjs";
import {
  ARCHITECTURE_ENDING,
  architectureProfiles,
  buildIndex,
  encodeArchitecture,
  INDEX_FILE,
  writeArchitectureFile,
} from "../packages/models/dist/index.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    from: { type: "string", default: join(root, "tools/oracle/.cache/architectures") },
    fresh: { type: "boolean", default: false },
  },
});
const EXPORT_ENDING = ".json.gz";
const TAPS_ENDING = ".taps.json.gz";
const data = join(root, "packages/architectures/data");
const deflate = (bytes) => deflateRawSync(bytes, { level: 9 });
const readExport = (file) => JSON.parse(gunzipSync(readFileSync(file)).toString());
const isNewer = (a, b) => existsSync(a) && (!existsSync(b) || statSync(a).mtimeMs >= statSync(b).mtimeMs);

/** The architecture of a name as it was converted: `{ content, parameters, versions }`, or `{ refused }`. */
async function convert(name) {
  const [exported, taps] = [EXPORT_ENDING, TAPS_ENDING].map((ending) => join(values.from, name + ending));
  const kept = join(values.from, `${name}.converted`);
  if (!values.fresh && isNewer(kept, exported) && isNewer(kept, taps))
    return deserialize(inflateRawSync(readFileSync(kept)));
  const document = readExport(exported);
  const result = await convertDocument(document, existsSync(taps) ? readExport(taps) : undefined);
  keep(name, result);
  return result;
}

function keep(name, result) {
  writeFileSync(join(values.from, `${name}.converted`), deflateRawSync(serialize(result)));
}

/** Why there are no feature maps, where the oracle tried. */
function whyNoTaps(name) {
  const file = join(values.from, name + TAPS_ENDING);
  if (!existsSync(file)) return undefined;
  return readExport(file).refused ?? "they are for one size, and its graph is for any";
}

/** What the graphs of an architecture are compared by with those of others; kept beside its export, for it takes seconds. */
function withProfiles({ name, file, content, converted }) {
  if (converted.profiles === undefined) {
    const loaded = {
      family: "catalogue",
      name,
      fileName: file,
      file: content,
      channels: Number(content.graph.input[1]),
    };
    converted.profiles = architectureProfiles(loaded);
    keep(name, converted);
  }
  return { ...content, profiles: converted.profiles };
}

async function convertDocument(document, taps) {
  if (document.refused !== undefined) return { refused: document.refused };
  try {
    const content = await encodeArchitecture(await exportedNetwork(document, taps));
    return { content, parameters: document.parameters, versions: document.versions };
  } catch (error) {
    return { refused: `Samoyed: ${error.message}` };
  }
}

const names = readdirSync(values.from)
  .filter((file) => file.endsWith(EXPORT_ENDING) && !file.endsWith(TAPS_ENDING))
  .map((file) => file.slice(0, -EXPORT_ENDING.length))
  .sort(new Intl.Collator("en", { numeric: true }).compare);
const exported = [];
const refused = [];
const untapped = [];
/** The name of the first network that has some content: names that are one network share its file. */
const firsts = new Map();
let versions;
for (const [index, name] of names.entries()) {
  const converted = await convert(name);
  if (converted.refused !== undefined) {
    refused.push([name, converted.refused]);
    continue;
  }
  versions ??= converted.versions;
  if (JSON.stringify(converted.versions) !== JSON.stringify(versions)) {
    throw new Error(
      `${name} was exported with ${JSON.stringify(converted.versions)}; expected ${JSON.stringify(versions)}`,
    );
  }
  const { content, parameters } = converted;
  const why = content.taps.length === 0 ? whyNoTaps(name) : undefined;
  if (why !== undefined) untapped.push([name, why]);
  const hash = createHash("sha256").update(writeArchitectureFile(content)).digest("hex");
  if (!firsts.has(hash)) firsts.set(hash, name);
  exported.push({ name, file: firsts.get(hash), content, parameters, converted });
  if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${names.length}`);
}
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");

const filesOf = new Map();
for (const [, file, fingerprint] of buildIndex(exported, { versions, refused, untapped }).architectures) {
  filesOf.set(fingerprint, (filesOf.get(fingerprint) ?? new Set()).add(file));
}
const compared = new Set([...filesOf.values()].filter(({ size }) => size > 1).flatMap((shared) => [...shared]));
const contents = new Map();
for (const architecture of exported) {
  const { name, file, content } = architecture;
  if (name === file) contents.set(file, compared.has(file) ? withProfiles(architecture) : content);
}
const architectures = exported.map(({ name, file, parameters }) => ({
  name,
  file,
  content: contents.get(file),
  parameters,
}));

const index = deflate(JSON.stringify(buildIndex(architectures, { versions, refused, untapped })));
mkdirSync(data, { recursive: true });
const written = new Map(
  [...contents].map(([file, content]) => [`${file}${ARCHITECTURE_ENDING}`, deflate(writeArchitectureFile(content))]),
);
for (const [file, bytes] of written) writeFileSync(join(data, file), bytes);
writeFileSync(join(data, INDEX_FILE), index);
for (const file of readdirSync(data)) {
  if (file.endsWith(ARCHITECTURE_ENDING) && !written.has(file)) rmSync(join(data, file));
}
const total = [...written.values()].reduce((sum, bytes) => sum + bytes.length, index.length);
console.log(
  `${architectures.length} architectures in ${written.size} files, ${total} bytes; the index has ${index.length}`,
);
for (const [name, reason] of refused) console.log(`${name}: ${reason}`);
