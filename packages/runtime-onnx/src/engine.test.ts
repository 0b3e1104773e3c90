import { UnavailableError } from "@samoyed/core";
import { expect, test } from "vitest";
import { engineAvailability, importEngine } from "./engine.ts";
import { firstLine } from "./first-line.ts";

const missing = async (): Promise<unknown> => {
  throw new Error("Cannot find package 'onnxruntime-node' imported from /somewhere/engine.js");
};
const broken = async (): Promise<unknown> => {
  throw new Error("libonnxruntime.so.1: version `GLIBC_2.99' not found\n  and more");
};

test("an engine that is not installed is reported with the command that installs it", async () => {
  expect(await engineAvailability("onnxruntime-node", missing)).toEqual({
    available: false,
    reason: "onnxruntime-node is not installed",
    fix: "npm install --ignore-scripts onnxruntime-node",
  });
  await expect(importEngine("onnxruntime-node", missing)).rejects.toThrow(UnavailableError);
});

test("an engine that is installed but does not load is reported with its error", async () => {
  expect(await engineAvailability("onnxruntime-node", broken)).toEqual({
    available: false,
    reason: "onnxruntime-node does not load: libonnxruntime.so.1: version `GLIBC_2.99' not found",
    fix: expect.stringMatching(/platform/),
  });
});

test("a missing package other than the engine is not reported as the engine missing", async () => {
  const other = async (): Promise<unknown> => {
    throw new Error("Cannot find module 'onnxruntime-common'");
  };
  expect(await engineAvailability("onnxruntime-node", other)).toMatchObject({
    reason: expect.stringMatching(/does not load/),
  });
});

test("an engine's message is reduced to its relevant part", () => {
  expect(
    firstLine(
      "Can't create a session. ERROR_CODE: 1, ERROR_MESSAGE: /mnt/x/onnxruntime/core/graph/graph.cc:1555 void onnxruntime::Graph::Init() This is an invalid model.",
    ),
  ).toBe("This is an invalid model.");
  expect(firstLine("Non-zero status code returned.\nsecond")).toBe("Non-zero status code returned.");
  expect(firstLine("\n")).toBe("no message");
});
