import { expect, test } from "vitest";
import { allBackends } from "./backends.ts";
import { requiredBackends } from "./required-backends.ts";

const backends = allBackends();
const IN_NODE = ["onnxruntime-node", "onnxruntime-web", "smyd", "tfjs-node", "tfjs-wasm", "tfjs-cpu"];

test("nothing is required unless it is asked for", () => {
  expect(requiredBackends([], { backends, stored: "float32" })).toEqual([]);
});

test("all are those of this run that Node can run with weights stored so", () => {
  expect(requiredBackends(["all"], { backends, stored: "float32" })).toEqual(IN_NODE);
  expect(requiredBackends(["all"], { backends: backends.slice(0, 1), stored: "float32" })).toEqual(IN_NODE.slice(0, 1));
  expect(requiredBackends(["all"], { backends, stored: "int8" })).toEqual(["smyd"]);
});

test("all and a name are both required, each once, in whatever order", () => {
  const both = [...IN_NODE, "tfjs-webgl"];
  expect(requiredBackends(["all", "tfjs-webgl"], { backends, stored: "float32" })).toEqual(both);
  expect(requiredBackends(["tfjs-webgl", "smyd", "all"], { backends, stored: "float32" })).toEqual(both);
});

test("an unknown name is refused beside all as well", () => {
  expect(() => requiredBackends(["all", "x"], { backends, stored: "float32" })).toThrow(
    `no backend is called "x"; expected one of ${backends.map(({ name }) => name).join(", ")}`,
  );
});
