/** A small seeded generator (mulberry32), so that a failure can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const INTERESTING = [0, 1, 2, 7, 8, 0x28, 0x2e, 0x52, 0x62, 0x7f, 0x80, 0x81, 0xfe, 0xff];

/** Returns a damaged copy: bytes changed, integers made extreme, parts removed, repeated, cut or swapped. */
export function mutate(data: Uint8Array, random: () => number): Uint8Array {
  const pick = (limit: number): number => Math.floor(random() * limit);
  let out = data.slice();
  const times = 1 + pick(3);
  for (let time = 0; time < times && out.byteLength > 0; time++) {
    const at = pick(out.byteLength);
    const length = Math.min(1 + pick(random() < 0.5 ? 8 : 200), out.byteLength - at);
    switch (pick(8)) {
      case 0:
        out[at]! ^= 1 << pick(8);
        break;
      case 1:
        out[at] = INTERESTING[pick(INTERESTING.length)]!;
        break;
      case 2:
        out.fill(random() < 0.5 ? 0 : 0xff, at, at + length);
        break;
      case 3:
        out = out.slice(0, at);
        break;
      case 4:
        out = new Uint8Array([...out.subarray(0, at), ...out.subarray(at + length)]);
        break;
      case 5:
        out = new Uint8Array([...out.subarray(0, at + length), ...out.subarray(at)]);
        break;
      case 6:
        out.copyWithin(at, pick(out.byteLength), pick(out.byteLength) + length);
        break;
      default:
        out.set(data.subarray(at, at + length), Math.min(pick(out.byteLength), out.byteLength - length));
    }
  }
  return out;
}
