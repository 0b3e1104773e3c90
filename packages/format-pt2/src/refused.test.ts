import { readFileSync } from "node:fs";
import { memorySource, UnsupportedError } from "@samoyed/core";
import { expect, test } from "vitest";
import { readPt2 } from "./index.ts";

const open = (name: string): Promise<unknown> =>
  readPt2(memorySource(readFileSync(new URL(`../fixtures/${name}.pt2`, import.meta.url)), `${name}.pt2`));

test("everything that cannot be converted is listed at once, by node and with the reason", async () => {
  const error = await open("refused").catch((reason: unknown) => reason as UnsupportedError);
  expect(error).toBeInstanceOf(UnsupportedError);
  const { message, hint, details } = error as UnsupportedError;
  expect(message.split("; ")).toEqual([
    'refused.pt2: refused/models/model.json: the program cannot be converted: node "batch_norm" (aten.batch_norm.default: it is in training mode)',
    'node "dropout" (aten.dropout.default: it is in training mode)',
    'node "fft_rfft2" (aten.fft_rfft2.default: the operator is not handled)',
    'node "and_1" (aten.__and__.Scalar: it works on the bits of int64)',
    'node "rand" (aten.rand.default: its result is random)',
    'node "grid_sampler" (aten.grid_sampler.default: it samples images of 5 axes, not [N, C, H, W])',
    'node "cond" (higher_order.cond: the operator is not handled)',
    'node "index" (aten.index.Tensor: it takes elements by a mask of bools, so that its size depends on the data)',
    'node "b_state" (buffer: the model writes to "state" and uses what the buffer held before)',
  ]);
  expect(hint).toContain("Call model.eval() before torch.export.");
  expect(details["nodes"]).toHaveLength(9);
});

test("a buffer that decides the result from one call to the next is refused by name", async () => {
  await expect(open("stateful")).rejects.toThrow('the model writes to "state" and uses what the buffer held before');
});
