import { expect, test } from "vitest";
import { throughBlocks } from "./block-writer.ts";
import { CHUNK_BYTES } from "./chunk-bytes.ts";
import { memorySink } from "./memory-sink.ts";

const bytes = Uint8Array.from({ length: 20 * CHUNK_BYTES + 5 }, (_, i) => (i * 31 + (i >> 10)) % 256);

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

test("a sink gets whole blocks, one at a time and in order, while the writer goes on", async () => {
  const sink = memorySink();
  const sizes: number[] = [];
  let [running, mostRunning, taken, mostAhead] = [0, 0, 0, 0];
  const slow = {
    async write(block: Uint8Array): Promise<void> {
      mostRunning = Math.max(mostRunning, ++running);
      sizes.push(block.byteLength);
      await later();
      await sink.write(block);
      running--;
    },
  };
  await throughBlocks(slow, async (blocks) => {
    for (let at = 0; at < bytes.byteLength; at += 300_000) {
      const piece = bytes.slice(at, at + 300_000);
      await blocks.append(piece);
      piece.fill(0);
      taken += piece.byteLength;
      mostAhead = Math.max(mostAhead, taken - sink.position);
    }
  });
  await sink.commit();
  expect(Buffer.from(sink.bytes()).equals(Buffer.from(bytes))).toBe(true);
  expect(sizes).toEqual([...Array.from({ length: 20 }, () => CHUNK_BYTES), 5]);
  expect(mostRunning).toBe(1);
  expect(mostAhead).toBeGreaterThan(4 * CHUNK_BYTES);
  expect(mostAhead).toBeLessThanOrEqual(8 * CHUNK_BYTES);
});

test("a failed write ends the work: nothing is written after it, and the sink is idle", async () => {
  let [calls, running] = [0, 0];
  const failing = {
    async write(): Promise<void> {
      running++;
      await later();
      running--;
      if (++calls === 3) throw new Error("disk full");
    },
  };
  for (const length of [2 * CHUNK_BYTES + 1, bytes.byteLength]) {
    calls = 0;
    const work = throughBlocks(failing, (blocks) => blocks.append(bytes.subarray(0, length)));
    await expect(work).rejects.toThrow("disk full");
    expect([calls, running]).toEqual([3, 0]);
  }
});

test("an error of the work is the one that is reported, when the sink is idle", async () => {
  let running = 0;
  const slow = {
    async write(): Promise<void> {
      running++;
      await later();
      running--;
    },
  };
  const work = throughBlocks(slow, async (blocks) => {
    await blocks.append(bytes);
    throw new Error("damaged");
  });
  await expect(work).rejects.toThrow("damaged");
  expect(running).toBe(0);
});
