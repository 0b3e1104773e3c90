import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { oracleFile, oraclePython, runOracle } from "../oracle.ts";

/** A set of ONNX's test vectors: `root` contains `node/test_…/model.onnx` and the like. */
export interface Suite {
  readonly name: string;
  readonly root: string;
}

/** One test vector. */
export interface Vector {
  readonly suite: string;
  /** Kind and name, such as `node/test_relu`. */
  readonly name: string;
  readonly folder: string;
}

/** The kinds of vectors that need no download. */
const KINDS = ["node", "simple", "pytorch-operator", "pytorch-converted"];

/** Folder of Debian's package `libonnx-testdata`. */
const DEBIAN = "/usr/share/libonnx-testdata/data";

/** Folder of the vectors computed by the oracle's onnx package. */
const CACHE = fileURLToPath(new URL("../../.cache", import.meta.url));

/**
 * Finds the test vectors on this machine: those that the oracle's onnx package computes (written once, into
 * `.cache`), those that it contains, Debian's, and those in the folder `SAMOYED_ONNX_VECTORS`.
 */
export function findSuites(): Suite[] {
  const suites: Suite[] = oraclePython() === undefined ? [] : oracleSuites();
  if (existsSync(join(DEBIAN, "node"))) suites.push({ name: "Debian", root: DEBIAN });
  const named = process.env["SAMOYED_ONNX_VECTORS"];
  if (named !== undefined) suites.push({ name: "SAMOYED_ONNX_VECTORS", root: named });
  return suites;
}

function oracleSuites(): Suite[] {
  const [version, module] = runOracle(["-c", "import onnx; print(onnx.__version__); print(onnx.__file__)"]).split("\n");
  const name = `onnx ${version}`;
  const cache = join(CACHE, `vectors-${version}`);
  if (!existsSync(cache)) writeVectors(cache);
  return [
    { name, root: cache },
    { name, root: join(dirname(module!), "backend", "test", "data") },
  ];
}

/** Writes the computed vectors; tests of other packages may do the same at the same time. */
function writeVectors(folder: string): void {
  const own = `${folder}.${process.pid}`;
  mkdirSync(own, { recursive: true });
  runOracle([oracleFile("onnx_vectors.py"), own]);
  try {
    renameSync(own, folder);
  } catch (error) {
    rmSync(own, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

/** The vectors of the suites, in order of their names. */
export function listVectors(suites: readonly Suite[]): Vector[] {
  return suites.flatMap(({ name: suite, root }) =>
    KINDS.flatMap((kind) => {
      const folder = join(root, kind);
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .sort()
        .filter((name) => existsSync(join(folder, name, "model.onnx")))
        .map((name): Vector => ({ suite, name: `${kind}/${name}`, folder: join(folder, name) }));
    }),
  );
}

/** The bytes of a data set's inputs and outputs, TensorProtos, by position. */
export interface DataSet {
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
}

/** The data sets of a vector. */
export function dataSets(vector: Vector): DataSet[] {
  return readdirSync(vector.folder)
    .filter((name) => name.startsWith("test_data_set_"))
    .sort()
    .map((name) => {
      const files = readdirSync(join(vector.folder, name));
      const read = (kind: string): Uint8Array[] => {
        const own = files.filter((file) => file.startsWith(`${kind}_`) && file.endsWith(".pb"));
        const indices = own.map((file) => Number(file.slice(kind.length + 1, -3))).sort((a, b) => a - b);
        return indices.map((index) => readFileSync(join(vector.folder, name, `${kind}_${index}.pb`)));
      };
      return { inputs: read("input"), outputs: read("output") };
    });
}

/** A vector's own tolerance; the defaults are those of ONNX's own runner. */
export function tolerance(vector: Vector): { rtol: number; atol: number } {
  const defaults = { rtol: 1e-3, atol: 1e-7 };
  const file = join(vector.folder, "data.json");
  if (!existsSync(file)) return defaults;
  return { ...defaults, ...(JSON.parse(readFileSync(file, "utf8")) as Partial<typeof defaults>) };
}
