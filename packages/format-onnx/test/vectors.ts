import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));
const ORACLE = join(PACKAGE, "..", "..", "tools", "oracle");

/** The oracle's Python, or `undefined` where it is not installed. `SAMOYED_PYTHON` names another one. */
export function oraclePython(): string | undefined {
  const path = process.env["SAMOYED_PYTHON"] ?? join(ORACLE, ".venv", "bin", "python");
  return existsSync(path) ? path : undefined;
}

/** The path of a file in `tools/oracle`. */
export function oracleFile(name: string): string {
  return join(ORACLE, name);
}

/** A set of ONNX's test vectors: `root` holds `node/test_…/model.onnx` and the like. */
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

/** The kinds of vectors that need no downloads. */
const KINDS = ["node", "simple", "pytorch-operator", "pytorch-converted"];

/** Where Debian's package `libonnx-testdata` puts them. */
const DEBIAN = "/usr/share/libonnx-testdata/data";

/**
 * The test vectors that are on this machine: those that the oracle's onnx package computes (written once, into
 * `.cache`), those that it carries, Debian's, and what `SAMOYED_ONNX_VECTORS` names.
 */
export function findSuites(): Suite[] {
  const suites: Suite[] = [];
  const python = oraclePython();
  if (python !== undefined) suites.push(...oracleSuites(python));
  if (existsSync(join(DEBIAN, "node"))) suites.push({ name: "Debian", root: DEBIAN });
  const named = process.env["SAMOYED_ONNX_VECTORS"];
  if (named !== undefined) suites.push({ name: "SAMOYED_ONNX_VECTORS", root: named });
  return suites;
}

function oracleSuites(python: string): Suite[] {
  const [version, carried] = run(python, [
    "-c",
    "import onnx, os; print(onnx.__version__); print(os.path.dirname(onnx.__file__))",
  ]).split("\n");
  const name = `onnx ${version}`;
  const cache = join(PACKAGE, ".cache", `vectors-${version}`);
  if (!existsSync(join(cache, "version.txt"))) {
    mkdirSync(cache, { recursive: true });
    run(python, [oracleFile("onnx_vectors.py"), cache]);
  }
  return [
    { name, root: cache },
    { name, root: join(carried!, "backend", "test", "data") },
  ];
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${basename(command)} ${args.join(" ")} failed: ${stderr}`);
  return stdout.trim();
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

/** The data sets of a vector: the bytes of its inputs and outputs, by position. */
export function dataSets(vector: Vector): { inputs: Uint8Array[]; outputs: Uint8Array[]; complete: boolean }[] {
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
      const inputs = read("input");
      const outputs = read("output");
      return { inputs, outputs, complete: outputs.length > 0 };
    });
}

/** The tolerance that a vector comes with; ONNX's own runner has these defaults. */
export function tolerance(vector: Vector): { rtol: number; atol: number } {
  const defaults = { rtol: 1e-3, atol: 1e-7 };
  const file = join(vector.folder, "data.json");
  if (!existsSync(file)) return defaults;
  return { ...defaults, ...(JSON.parse(readFileSync(file, "utf8")) as Partial<typeof defaults>) };
}
