import { FormatError, memorySource, readTensor, UnsupportedError } from "@samoyed/core";
import { expect, test } from "vitest";
import { expectError } from "../../test/expect-error.ts";
import { bytes, dictionary, pickle, tensor } from "../../test/pickles.ts";
import { type EntrySpec, zipBytes } from "../../test/zip-bytes.ts";
import { isMap, openCheckpoint } from "../index.ts";

const FLOATS = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);
const sizes = (...values: readonly number[]) => values.map((value) => ({ as_int: value }));
const META = {
  dtype: 7,
  sizes: sizes(2, 3),
  requires_grad: false,
  device: { type: "cpu" },
  strides: sizes(3, 1),
  storage_offset: { as_int: 0 },
  layout: 7,
};
const PAYLOAD = { path_name: "weight_0", is_param: true, use_pickle: false, tensor_meta: META };

const LITTLE: EntrySpec = { name: "m/byteorder", data: "little" };

interface Spec {
  readonly weights?: unknown;
  readonly constants?: unknown;
  readonly format?: string;
  readonly byteorder?: boolean;
  readonly entries?: readonly EntrySpec[];
}

function exported({
  weights = { config: { w: PAYLOAD } },
  constants = { config: {} },
  format = "pt2",
  byteorder = true,
  entries = [],
}: Spec = {}): Uint8Array {
  const json = (name: string, value: unknown): EntrySpec => ({
    name,
    data: typeof value === "string" ? value : JSON.stringify(value),
  });
  return zipBytes([
    { name: "m/archive_format", data: format },
    ...(byteorder ? [LITTLE] : []),
    { name: "m/data/weights/weight_0", data: FLOATS },
    json("m/data/weights/model_weights_config.json", weights),
    json("m/data/constants/model_constants_config.json", constants),
    { name: "m/models/model.json", data: "{}" },
    ...entries,
  ]);
}

const open = (data: Uint8Array) => openCheckpoint(memorySource(data, "m.pt2"));
const withMeta = (meta: object): Spec => ({
  weights: { config: { w: { ...PAYLOAD, tensor_meta: { ...META, ...meta } } } },
});

test("aliases share a payload; each has its own layout", async () => {
  const config = {
    w: PAYLOAD,
    t: { ...PAYLOAD, tensor_meta: { ...META, sizes: sizes(3, 2), strides: sizes(1, 3) } },
    tail: { ...PAYLOAD, tensor_meta: { ...META, sizes: sizes(2), strides: sizes(1), storage_offset: { as_int: 4 } } },
  };
  const { root, tensors } = await open(exported({ weights: { config } }));
  expect([...tensors.keys()]).toEqual(["state_dict.w", "state_dict.t", "state_dict.tail"]);
  expect((await readTensor(tensors.get("state_dict.t")!)).data).toEqual(Float32Array.of(0, 3, 1, 4, 2, 5));
  expect((await readTensor(tensors.get("state_dict.tail")!)).data).toEqual(Float32Array.of(4, 5));
  expect(isMap(root) && [...root.keys()]).toEqual(["state_dict", "constants"]);
});

test("a torch.save archive in place of the weights, as written by some 2.7 builds", async () => {
  const nested = zipBytes([
    { name: "x/data.pkl", data: pickle(dictionary("w", tensor())) },
    { name: "x/data/0", data: FLOATS },
  ]);
  const data = zipBytes([
    { name: "m/archive_format", data: "pt2" },
    LITTLE,
    { name: "m/models/model.json", data: "{}" },
    { name: "m/data/weights/model.pt", data: nested },
    { name: "m/data/constants/model.pt", data: nested, deflated: true },
  ]);
  const { tensors } = await open(data);
  expect([...tensors.keys()]).toEqual(["state_dict.w", "constants.w"]);
  expect(await tensors.get("constants.w")!.read()).toEqual(FLOATS);
});

test("a pickled tensor among the weights, and a custom object", async () => {
  const nested = zipBytes([
    { name: "x/data.pkl", data: pickle(tensor()) },
    { name: "x/data/0", data: FLOATS },
  ]);
  const config = {
    w: PAYLOAD,
    sub: { ...PAYLOAD, path_name: "weight_1", use_pickle: true },
    object: { path_name: "custom_obj_0", is_param: false, use_pickle: true, tensor_meta: null },
  };
  const { tensors } = await open(
    exported({ weights: { config }, entries: [{ name: "m/data/weights/weight_1", data: nested }] }),
  );
  expect([...tensors.keys()]).toEqual(["state_dict.w", "state_dict.sub"]);
  expect(await tensors.get("state_dict.sub")!.read()).toEqual(FLOATS);
});

const CONFIG = "m.pt2: m/data/weights/model_weights_config.json";
test.each<[string, Spec, string]>([
  ["no configuration", { weights: "{" }, `${CONFIG} is not valid JSON at character 1: expected a key`],
  ["a configuration without config", { weights: {} }, `${CONFIG}: "config" is missing; expected an object`],
  ["a payload that is not an object", { weights: { config: { w: 1 } } }, `${CONFIG}: "w" is 1; expected an object`],
  [
    "a payload without path",
    { weights: { config: { w: { ...PAYLOAD, path_name: 7 } } } },
    `${CONFIG}: "w": "path_name" is 7; expected a string`,
  ],
  [
    "a missing payload",
    { weights: { config: { w: { ...PAYLOAD, path_name: "weight_9" } } } },
    "m.pt2: the archive has no entry m/data/weights/weight_9",
  ],
  ["no byte order", { byteorder: false }, "m.pt2: the archive has no entry m/byteorder"],
  [
    "a payload that no configuration names",
    { entries: [{ name: "m/data/weights/weight_1", data: FLOATS }] },
    'm.pt2: no model of the archive names its entry "m/data/weights/weight_1"',
  ],
  [
    "a configuration of no model",
    { entries: [{ name: "m/data/constants/other_constants_config.json", data: "{}" }] },
    'm.pt2: no model of the archive names its entry "m/data/constants/other_constants_config.json"',
  ],
  [
    "a payload elsewhere",
    { weights: { config: { w: { ...PAYLOAD, path_name: "../../archive_format" } } } },
    "m.pt2: the archive has no entry m/data/weights/../../archive_format",
  ],
  [
    "a payload that is not a whole number of elements",
    withMeta({ dtype: 11, sizes: sizes(1), strides: sizes(1) }),
    "m.pt2: m/data/weights/weight_0 has 24 bytes, which is not a whole number of complex128 elements",
  ],
  [
    "past its payload",
    withMeta({ sizes: sizes(3, 3) }),
    `${CONFIG}: "w": a tensor of shape [3, 3], strides [3, 1] and offset 0 ends at element 9 of a storage of 6`,
  ],
  [
    "another rank",
    withMeta({ strides: sizes(1) }),
    `${CONFIG}: "w": the tensor's shape [2, 3] has 2 axes and its strides 1`,
  ],
  [
    "a symbolic size",
    withMeta({ sizes: [{ as_expr: { expr_str: "s0" } }] }),
    `${CONFIG}: "w": "sizes" is missing; expected an integer from 0 to 2^53 - 1`,
  ],
  [
    "a negative stride",
    withMeta({ strides: sizes(-3, 1) }),
    `${CONFIG}: "w": "strides" is -3; expected an integer from 0 to 2^53 - 1`,
  ],
  ["sizes that are not a list", withMeta({ sizes: 6 }), `${CONFIG}: "w": "sizes" is 6; expected an array`],
  [
    "a dtype that is not a number",
    withMeta({ dtype: "float" }),
    `${CONFIG}: "w": "dtype" is "float"; expected an integer from 0 to 2^53 - 1`,
  ],
])("%s: a typed error", async (_, spec, message) => {
  await expectError(() => open(exported(spec)), FormatError, message);
});

test.each<[string, Spec, string]>([
  ["another format", { format: "pt3" }, 'm.pt2: the archive\'s format is "pt3"; expected "pt2"'],
  ["an unsupported dtype", withMeta({ dtype: 31 }), `${CONFIG}: "w": dtype code 31 is not supported`],
  ["a sparse layout", withMeta({ layout: 1 }), `${CONFIG}: "w": layout code 1 is not supported; only strided (7) is`],
])("%s: refused", async (_, spec, message) => {
  await expectError(() => open(exported(spec)), UnsupportedError, message);
});

test("no model", async () => {
  await expectError(
    () => open(zipBytes([{ name: "m/archive_format", data: "pt2" }, LITTLE])),
    FormatError,
    "m.pt2: the archive contains no model: there is no entry under m/models/",
  );
});

test("a nested archive with other content", async () => {
  const flat = (data: Uint8Array) =>
    zipBytes([
      { name: "serialized_exported_program.json", data: "{}" },
      { name: "serialized_state_dict.pt", data },
    ]);
  const list = zipBytes([{ name: "x/data.pkl", data: pickle("]") }]);
  await expectError(
    () => open(flat(list)),
    FormatError,
    "m.pt2: serialized_state_dict.pt contains no dictionary of tensors",
  );
  await expectError(
    () => open(flat(bytes("junk"))),
    FormatError,
    "m.pt2: serialized_state_dict.pt: a zip archive without an end record",
  );
  await expectError(
    () => open(zipBytes([{ name: "serialized_exported_program.json", data: "{}" }])),
    FormatError,
    "m.pt2: the archive has no entry serialized_state_dict.pt",
  );
});
