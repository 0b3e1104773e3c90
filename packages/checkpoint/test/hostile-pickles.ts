// Pickles that want to do harm, after the kinds that public collections and scanners list: calls that act, in every way in
// which a pickle can call, and structures that exhaust memory, time or the stack. They are made here, byte by byte.
import { bytes, global, int, long, sizes, storage, tensor, text, tuple, uint32, uint64 } from "./pickles.ts";

/** What each command would create if anything ran it. */
export const CANARY = "samoyed-canary";

/** Callables by module; the argument is a command, code, a path or an address. */
const CALLABLES: Readonly<Record<string, string>> = {
  os: "system popen execv spawnlp remove putenv",
  posix: "system popen",
  nt: "system",
  subprocess: "Popen run call check_output getoutput",
  builtins: "eval exec compile __import__ open getattr print breakpoint help",
  __builtin__: "eval execfile apply file",
  commands: "getoutput",
  pty: "spawn",
  runpy: "_run_code run_path",
  importlib: "import_module",
  "importlib.util": "spec_from_file_location",
  code: "InteractiveInterpreter",
  codeop: "compile_command",
  types: "CodeType FunctionType",
  ctypes: "CDLL",
  marshal: "loads",
  pickle: "loads Unpickler",
  _pickle: "loads",
  dill: "loads",
  cloudpickle: "loads",
  shutil: "rmtree copyfile",
  socket: "create_connection socket",
  "urllib.request": "urlopen urlretrieve",
  "http.client": "HTTPSConnection",
  requests: "get",
  "requests.api": "post",
  webbrowser: "open",
  sys: "exit setrecursionlimit",
  signal: "raise_signal",
  timeit: "timeit",
  cProfile: "run runctx",
  profile: "Profile.run",
  trace: "Trace.runctx",
  pdb: "run",
  bdb: "Bdb.run",
  doctest: "debug_script",
  "idlelib.pyshell": "ModifiedInterpreter.runcommand",
  "idlelib.debugobj": "ObjectTreeItem.SetText",
  "lib2to3.pgen2.grammar": "Grammar.loadpickle",
  "lib2to3.pgen2.pgen": "ParserGenerator.make_label",
  ensurepip: "_run_pip",
  venv: "create",
  pip: "main",
  "pip._internal": "main",
  "multiprocessing.util": "spawnv_passfds",
  "asyncio.unix_events": "_UnixSubprocessTransport._start",
  "logging.config": "listen fileConfig",
  tempfile: "mktemp",
  zipimport: "zipimporter",
  operator: "attrgetter methodcaller itemgetter",
  functools: "partial reduce",
  "numpy.testing._private.utils": "runstring",
  "numpy.f2py.crackfortran": "getlincoef",
  numpy: "load",
  joblib: "load",
  pandas: "read_pickle eval",
  torch: "load",
  "torch.hub": "load",
  "torch.storage": "_load_from_bytes",
  "torch.jit.unsupported_tensor_ops": "execWrapper",
  "torch._inductor.codecache": "compile_file",
  "torch._dynamo.guards": "GuardBuilder.get",
  "torch.fx.experimental.symbolic_shapes": "ShapeEnv.evaluate_guards_expression",
  "torch.utils._config_module": "ConfigModule.load_config",
  "torch.utils.bottleneck.__main__": "run_cprofile",
  "torch.fx.graph_module": "reduce_graph_module _forward_from_src",
  tensorflow: "io.read_file",
  "tensorflow.python.framework.load_library": "load_op_library",
  aiohttp: "client.ClientSession",
};

const COMMAND = text(`touch ${CANARY}`);

/** Ways to call; each leaves one value. */
const FORMS: Readonly<Record<string, (module: string, name: string) => Uint8Array>> = {
  REDUCE: (module, name) => bytes(global(module, name), tuple(COMMAND), "R"),
  "STACK_GLOBAL and REDUCE": (module, name) => bytes(text(module), text(name), 0x93, COMMAND, 0x85, "R"),
  NEWOBJ: (module, name) => bytes(global(module, name), tuple(COMMAND), 0x81),
  NEWOBJ_EX: (module, name) => bytes(global(module, name), ")", "}", text("command"), COMMAND, "s", 0x92),
  INST: (module, name) => bytes("(", COMMAND, `i${module}\n${name}\n`),
  OBJ: (module, name) => bytes("(", global(module, name), COMMAND, "o"),
  "REDUCE, then POP": (module, name) => bytes(global(module, name), tuple(COMMAND), "R0N"),
  "BUILD of a state that is a call": (module, name) =>
    bytes(global("nets", "Net"), ")", 0x81, global(module, name), tuple(COMMAND), "R", "b"),
};

/** A pickle by name: the opcodes of one value, or of something that is refused. */
export type HostilePickle = readonly [name: string, opcodes: Uint8Array];

/** Every callable in every form. */
export const CALLS: readonly HostilePickle[] = Object.entries(CALLABLES).flatMap(([module, names]) =>
  names
    .split(" ")
    .flatMap((name) =>
      Object.entries(FORMS).map(([form, make]): HostilePickle => [`${form} of ${module}.${name}`, make(module, name)]),
    ),
);

const DEEP = 20_000;
const repeat = (count: number, ...parts: readonly (number | string)[]): Uint8Array => {
  const unit = bytes(...parts);
  const out = new Uint8Array(count * unit.byteLength);
  for (let index = 0; index < count; index++) out.set(unit, index * unit.byteLength);
  return out;
};
const net = global("nets", "Net");
const ones = bytes("](", new Uint8Array(200_000).fill(0x4e), "e", "q", 0);
const twice = (open: string, close: number | string): Uint8Array =>
  bytes("N", ...Array.from({ length: 100 }, (_, level) => bytes("q", level, open, "h", level, "h", level, close)));

/** Structures that exhaust something, and references to things that are not there. */
export const STRUCTURES: readonly HostilePickle[] = [
  [
    "tuples, each twice in the next",
    bytes("N", ...Array.from({ length: 200 }, (_, at) => bytes("q", at, "h", at, 0x86))),
  ],
  ["lists, each twice in the next", twice("](", "e")],
  ["sets, each twice in the next", bytes("(", "N", 0x91, twice("(", 0x91).subarray(1))],
  ["dictionaries, each twice in the next", bytes("}", "q", 0, "}", text("a"), "h", 0, "s", text("b"), "h", 0, "s")],
  [
    "calls, each twice in the next",
    bytes("N", ...Array.from({ length: 200 }, (_, at) => bytes("q", at, net, "h", at, "h", at, 0x86, "R"))),
  ],
  ["tuples in tuples", bytes(")", repeat(DEEP, 0x85))],
  ["lists in lists", bytes(repeat(DEEP, "]"), repeat(DEEP - 1, "a"))],
  ["dictionaries in dictionaries", bytes(repeat(9_000, "}", 0x88), "N", repeat(9_000, "s"))],
  ["calls in calls", bytes(repeat(DEEP, "ca\nb\n"), ")", repeat(DEEP, "R", 0x85))],
  ["states in states", bytes(repeat(DEEP, "ca\nb\n)", 0x81), repeat(DEEP - 1, "b"))],
  ["results called", bytes("ca\nb\n)R", repeat(DEEP, ")R"))],
  ["marks", repeat(DEEP, "(")],
  ["a list in itself", bytes("]", "q", 0, "h", 0, "a")],
  [
    "an object in its own state, arguments and items",
    bytes(net, ")", 0x81, "q", 0, "h", 0, "b", "h", 0, "a", "h", 0, "h", 0, "s"),
  ],
  [
    "a module in itself",
    bytes(
      net,
      ")",
      0x81,
      "q",
      0,
      "}(",
      text("_parameters"),
      "}",
      text("_buffers"),
      "}",
      text("_modules"),
      "}",
      text("a"),
      "h",
      0,
      "s",
      "ub",
    ),
  ],
  [
    "keywords shared by many calls",
    bytes("}", text("a"), ones, "s", "q", 1, "](", repeat(2_000, "ca\nb\n)h", 1, 0x92), "e"),
  ],
  ["arguments shared by many calls", bytes(ones, 0x85, "q", 1, "](", repeat(2_000, "ca\nb\nh", 1, "R"), "e")],
  [
    "dictionaries copied",
    bytes(ones, "0", net, "0", "](", repeat(2_000, "ccollections\nOrderedDict\nh", 0, 0x85, "R"), "e"),
  ],
  ["sets copied", bytes(ones, "0", "](", repeat(2_000, "cbuiltins\nset\nh", 0, 0x85, "R"), "e")],
  ["frozen sets copied", bytes(ones, "0", "](", repeat(2_000, "c__builtin__\nfrozenset\nh", 0, 0x85, "R"), "e")],
  [
    "texts encoded again and again",
    bytes(
      text("é".repeat(30_000)),
      "q",
      0,
      "0",
      "](",
      repeat(2_000, "c_codecs\nencode\nh", 0, "X", 6, 0, 0, 0, "latin1", 0x86, "R"),
      "e",
    ),
  ],
  ["a text of 2^32 - 1 bytes", bytes("X", uint32(0xffffffff), "a")],
  ["a text of 2^63 bytes", bytes(0x8d, uint64(2n ** 63n), "a")],
  ["bytes of 2^40", bytes(0x8e, uint64(2n ** 40n), "a")],
  ["a bytearray of 2^63 - 1", bytes(0x96, uint64(2n ** 63n - 1n), "a")],
  ["a frame of 2^64 - 1", bytes(0x95, uint64(2n ** 64n - 1n), "N")],
  ["an integer of 2^31 bytes", bytes(0x8b, uint32(0x80000000), 1)],
  ["an integer of negative length", bytes(0x8b, uint32(0xffffffff), 1)],
  ["a memo index of 2^32 - 1", bytes("N", "r", uint32(0xffffffff))],
  ["a memo index that nothing has", bytes("j", uint32(7))],
  ["bytes() of 2^40", bytes(global("builtins", "bytes"), tuple(long(2n ** 40n)), "R")],
  ["bytearray() of 2^40", bytes(global("builtins", "bytearray"), tuple(long(2n ** 40n)), "R")],
  ["range() of 2^60", bytes(global("builtins", "range"), tuple(long(2n ** 60n)), "R")],
  [
    "set() of a range",
    bytes(global("builtins", "set"), tuple(bytes(global("builtins", "range"), tuple(long(2n ** 60n)), "R")), "R"),
  ],
  ["a text times 2^40", bytes(global("operator", "mul"), tuple(text("a"), long(2n ** 40n)), "R")],
  ["a deque of 2^60", bytes(global("collections", "deque"), tuple(bytes("]"), long(2n ** 60n)), "R")],
  [
    "a NumPy array of 2^40 numbers",
    bytes(
      global("numpy.core.multiarray", "_reconstruct"),
      tuple(global("numpy", "ndarray"), sizes(0), bytes("C", 1, "b")),
      "R",
      tuple(
        int(1),
        sizes(2n ** 40n),
        bytes(global("numpy", "dtype"), tuple(text("f4"), int(0), int(1)), "R"),
        bytes(0x89),
        bytes("C", 4, 0, 0, 0, 0),
      ),
      "b",
    ),
  ],
  [
    "a NumPy array made by _frombuffer",
    bytes(
      global("numpy._core.numeric", "_frombuffer"),
      tuple(
        bytes("C", 4, 0, 0, 0, 0),
        bytes(global("numpy", "dtype"), tuple(text("f8"), int(0), int(1)), "R"),
        sizes(2n ** 50n),
        text("C"),
      ),
      "R",
    ),
  ],
  [
    "a NumPy scalar of 10^6 characters",
    bytes(
      global("numpy.core.multiarray", "scalar"),
      tuple(bytes(global("numpy", "dtype"), tuple(text("U1000000"), int(0), int(1)), "R"), bytes("C", 4, 0, 0, 0, 0)),
      "R",
    ),
  ],
  [
    "a NumPy dtype that is no text",
    bytes(
      global("numpy.core.multiarray", "scalar"),
      tuple(bytes(global("numpy", "dtype"), tuple(net), "R"), bytes("C", 1, 0)),
      "R",
    ),
  ],
  [
    "a NumPy dtype in its own state",
    bytes(
      global("numpy", "dtype"),
      tuple(text("f4")),
      "R",
      "q",
      0,
      "h",
      0,
      "b",
      "0",
      global("numpy.core.multiarray", "scalar"),
      "h",
      0,
      "C",
      4,
      0,
      0,
      0,
      0,
      0x86,
      "R",
    ),
  ],
  ["a storage of 2^50 elements", tensor({ count: 2n ** 50n })],
  ["a storage of 2^62 elements", tensor({ count: 2n ** 62n })],
  ["a tensor of 10^12 elements", tensor({ shape: sizes(10 ** 6, 10 ** 6), strides: sizes(0, 0) })],
  ["a tensor past its storage", tensor({ shape: sizes(2 ** 40), strides: sizes(1) })],
  ["a tensor of no storage", tensor({ storage: bytes("N") })],
  ["a tensor of a call", tensor({ storage: bytes(global("os", "system"), tuple(COMMAND), "R") })],
  ["a tensor of a storage class that is none", tensor({ type: "SystemStorage" })],
  [
    "a tensor by a function of its own",
    bytes(
      global("torch._tensor", "_rebuild_from_type_v2"),
      tuple(global("os", "system"), net, tuple(COMMAND), bytes("}")),
      "R",
    ),
  ],
  [
    "a subclass of Tensor with a state",
    bytes(
      global("torch._tensor", "_rebuild_from_type_v2"),
      tuple(global("torch._utils", "_rebuild_tensor_v2"), net, tuple(), bytes("}")),
      "R",
    ),
  ],
  [
    "a parameter of a call",
    bytes(
      global("torch._utils", "_rebuild_parameter"),
      tuple(bytes(global("os", "system"), tuple(COMMAND), "R"), bytes(0x89), bytes("}")),
      "R",
    ),
  ],
  ["a persistent id of None", bytes("NQ")],
  ["a persistent id of a call", bytes(global("os", "system"), tuple(COMMAND), "RQ")],
  ["a persistent id of another kind", bytes(tuple(text("file"), text("/etc/passwd")), "Q")],
  ["a persistent id that leaves the archive", storage({ key: "../../../etc/passwd" })],
  ["a persistent id of 64 kB", storage({ key: "k".repeat(1 << 16) })],
  ["a persistent id in text", bytes("P", "/etc/passwd\n")],
  ["EXT1", bytes(0x82, 1)],
  ["EXT2", bytes(0x83, 1, 1)],
  ["EXT4", bytes(0x84, uint32(0x7fffffff))],
  ["NEXT_BUFFER", bytes(0x97)],
  ["READONLY_BUFFER", bytes("N", 0x98)],
  ["protocol 0 in the middle", bytes("I1\n")],
  ["a second PROTO of 255", bytes(0x80, 255, "N")],
  ["a dotted name", bytes(global("os", "path.os.system"), tuple(COMMAND), "R")],
  ["a module with a dot at its end", bytes(global("os.", "system"), tuple(COMMAND), "R")],
  ["a name with a NUL", bytes(global("os", "system\0"), tuple(COMMAND), "R")],
  ["a name that commands a terminal", bytes(global("os", "\u001b]0;x\u0007system"), tuple(COMMAND), "R")],
  ["an empty name", bytes(global("", ""), ")R")],
  ["a name of 64 kB", bytes("c", "a".repeat(1 << 16), "\nb\n")],
  ["a name without an end", bytes("cos")],
  ["STACK_GLOBAL of integers", bytes("K", 1, "K", 2, 0x93)],
  ["STACK_GLOBAL of a list", bytes("]", text("system"), 0x93)],
  ["STACK_GLOBAL of names", bytes(global("os", "system"), text("x"), 0x93)],
  ["STACK_GLOBAL of nothing", bytes(0x93)],
  [
    "getattr in getattr",
    bytes(
      global("builtins", "getattr"),
      tuple(bytes(global("builtins", "getattr"), tuple(global("os", "path"), text("os")), "R"), text("system")),
      "R",
      tuple(COMMAND),
      "R",
    ),
  ],
  [
    "getattr a thousand times",
    bytes(
      global("a", "b"),
      ...Array.from({ length: 1000 }, () =>
        bytes("q", 0, "0", global("builtins", "getattr"), "h", 0, text("c"), 0x86, "R"),
      ),
    ),
  ],
  [
    "getattr of what an import returns",
    bytes(
      global("builtins", "getattr"),
      tuple(bytes(global("builtins", "__import__"), tuple(text("os")), "R"), text("system")),
      "R",
      tuple(COMMAND),
      "R",
    ),
  ],
  [
    "a partial that is called",
    bytes(global("functools", "partial"), tuple(global("os", "system"), COMMAND), "R", ")R"),
  ],
  ["a call of a text", bytes(text("os.system"), tuple(COMMAND), "R")],
  [
    "a call of a tensor's method",
    bytes(global("builtins", "getattr"), tuple(bytes("N"), text("__reduce__")), "R", ")R"),
  ],
  [
    "_reconstructor of a class that acts",
    bytes(
      global("copyreg", "_reconstructor"),
      tuple(global("subprocess", "Popen"), global("builtins", "object"), bytes("N")),
      "R",
    ),
  ],
  ["__setstate__ in a state", bytes(net, ")", 0x81, "}", text("__setstate__"), global("os", "system"), "s", "b")],
  [
    "__reduce_ex__ in a state",
    bytes(net, ")", 0x81, "}", text("__reduce_ex__"), tuple(global("os", "system"), tuple(COMMAND)), "s", "b"),
  ],
  [
    "__class__ and __dict__ in a state",
    bytes(net, ")", 0x81, "}(", text("__class__"), global("os", "system"), text("__dict__"), "}", "ub"),
  ],
  ["__proto__ as key", bytes("}(", text("__proto__"), "}", text("polluted"), 0x88, "s", text("constructor"), "}", "u")],
  ["BUILD on a class", bytes(global("os", "environ"), "}", "b")],
  ["BUILD on a tensor of a call", bytes(net, ")R", global("os", "system"), "b")],
  ["APPENDS on a class", bytes(global("os", "environ"), "(Ne")],
  ["SETITEMS on a class", bytes(global("sys", "modules"), "(", text("os"), "N", "u")],
  ["an unhashable key", bytes("}", "]", "N", "s")],
  ["items of 200,000 in an object", bytes(net, ")", 0x81, "(", new Uint8Array(200_000).fill(0x4e), "e")],
  ["a factory that acts", bytes(global("collections", "defaultdict"), tuple(global("os", "system")), "R")],
  ["a Size of a call", bytes(global("torch", "Size"), tuple(bytes(global("os", "system"), tuple(COMMAND), "R")), "R")],
];
