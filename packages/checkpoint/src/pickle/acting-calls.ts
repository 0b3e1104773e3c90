import type { PyGlobal } from "./values.ts";

/** Modules whose calls run programs or code, reach the network or files, or import others. Their submodules count too. */
const MODULES: ReadonlySet<string> = new Set(
  [
    "os posix nt subprocess commands pty sys shutil signal platform tempfile",
    "socket urllib urllib2 http httplib requests aiohttp ftplib smtplib ssl webbrowser",
    "importlib imp pkgutil runpy code codeop types ctypes _ctypes cffi pip venv ensurepip zipimport",
    "pickle _pickle cPickle cloudpickle dill marshal shelve",
    "timeit cProfile profile trace pdb bdb doctest idlelib lib2to3",
    "multiprocessing asyncio threading _thread concurrent sched operator _operator",
  ].flatMap((names) => names.split(" ")),
);

const BUILTINS: ReadonlySet<string> = new Set(
  "__import__ apply breakpoint compile eval exec execfile file getattr globals input open setattr vars".split(" "),
);

/** Calls in other modules that run what they are given. */
const NAMES: ReadonlySet<string> = new Set([
  "torch load",
  "torch.serialization load",
  "torch._inductor.codecache compile_file",
  "torch.utils._config_module ConfigModule.load_config",
  "numpy load",
  "numpy.testing._private.utils runstring",
  "joblib load",
  "pandas read_pickle",
  "pandas eval",
  "functools reduce",
]);

/**
 * Whether a call would act in Python: run a program or code, or reach files and the network. A list cannot be complete, and
 * nothing depends on it: no call is ever made. It is for warning people who would load the file in Python as well.
 */
export function isActing({ module, name, key }: PyGlobal): boolean {
  if (module === "builtins" || module === "__builtin__") return BUILTINS.has(name.split(".")[0]!);
  return NAMES.has(key) || MODULES.has(module.split(".")[0]!);
}
