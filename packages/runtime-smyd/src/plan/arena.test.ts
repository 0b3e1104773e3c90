import fc from "fast-check";
import { expect, test } from "vitest";
import { alignUp, placeBuffers } from "./arena.ts";
import { type Buffer, newBuffer } from "./places.ts";

const buffer = fc
  .record({ bytes: fc.integer({ min: 1, max: 1000 }), first: fc.nat(200), length: fc.oneof(fc.nat(6), fc.nat(200)) })
  .map(({ bytes, first, length }): Buffer => ({ ...newBuffer(bytes), first, last: first + length }));

const livesWith = (a: Buffer, b: Buffer): boolean => a.first <= b.last && b.first <= a.last;

test("buffers that live at the same time never overlap, and begin at cache lines", () => {
  fc.assert(
    fc.property(fc.array(buffer, { maxLength: 30 }), (buffers) => {
      const bytes = placeBuffers(buffers, 4096);
      for (const [index, a] of buffers.entries()) {
        expect(a.address % 64).toBe(0);
        expect(a.address).toBeGreaterThanOrEqual(4096);
        expect(a.address + a.byteLength).toBeLessThanOrEqual(4096 + bytes);
        for (const b of buffers.slice(index + 1)) {
          const apart = a.address + a.byteLength <= b.address || b.address + b.byteLength <= a.address;
          expect(apart || !livesWith(a, b)).toBe(true);
        }
      }
    }),
  );
});

test("memory is used again", () => {
  const chain = Array.from({ length: 100 }, (_, index) => ({ ...newBuffer(640), first: index, last: index + 1 }));
  expect(placeBuffers(chain, 0)).toBe(2 * 640);
});

test("the smallest gap that fits is taken", () => {
  const [large, small] = [newBuffer(1024), newBuffer(128)].map((own) => ({ ...own, first: 0, last: 9 }));
  const gone = { ...newBuffer(512), first: 0, last: 4 };
  const later = { ...newBuffer(alignUp(500)), first: 5, last: 9 };
  expect(placeBuffers([large!, small!, gone, later], 0)).toBe(1024 + 512 + 128);
  expect(later.address).toBe(gone.address);
});
