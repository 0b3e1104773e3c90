/**
 * XXH64 as a stream (github.com/Cyan4973/xxHash, doc/xxhash_spec.md). The state is 80 bytes at an 8-aligned address:
 * four lanes, the bytes seen, and up to 31 buffered bytes of an incomplete stripe.
 */
const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;

const LENGTH = 32;
const WAITING = 40;

// @ts-ignore: decorator
@inline
function round(lane: u64, input: u64): u64 {
  return rotl(lane + input * PRIME_2, 31) * PRIME_1;
}

// @ts-ignore: decorator
@inline
function merge(hash: u64, lane: u64): u64 {
  return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
}

/** Begins a hash with seed 0. */
export function hashStart(state: usize): void {
  store<u64>(state, PRIME_1 + PRIME_2);
  store<u64>(state, PRIME_2, 8);
  store<u64>(state, 0, 16);
  store<u64>(state, 0 - PRIME_1, 24);
  store<u64>(state, 0, LENGTH);
}

export function hashUpdate(state: usize, from: usize, length: usize): void {
  const waiting = <usize>load<u64>(state, LENGTH) & 31;
  store<u64>(state, load<u64>(state, LENGTH) + length, LENGTH);
  const end = from + length;
  if (waiting + length < 32) {
    memory.copy(state + WAITING + waiting, from, length);
    return;
  }
  if (waiting > 0) {
    memory.copy(state + WAITING + waiting, from, 32 - waiting);
    stripes(state, state + WAITING, 1);
    from += 32 - waiting;
  }
  const whole = (end - from) >> 5;
  stripes(state, from, whole);
  from += whole << 5;
  memory.copy(state + WAITING, from, end - from);
}

function stripes(state: usize, from: usize, count: usize): void {
  let a = load<u64>(state);
  let b = load<u64>(state, 8);
  let c = load<u64>(state, 16);
  let d = load<u64>(state, 24);
  const end = from + (count << 5);
  for (; from < end; from += 32) {
    a = round(a, load<u64>(from));
    b = round(b, load<u64>(from, 8));
    c = round(c, load<u64>(from, 16));
    d = round(d, load<u64>(from, 24));
  }
  store<u64>(state, a);
  store<u64>(state, b, 8);
  store<u64>(state, c, 16);
  store<u64>(state, d, 24);
}

/** The hash of all bytes so far. The state does not change. */
export function hashDigest(state: usize): u64 {
  const length = load<u64>(state, LENGTH);
  let hash = load<u64>(state, 16) + PRIME_5;
  if (length >= 32) {
    const a = load<u64>(state);
    const b = load<u64>(state, 8);
    const c = load<u64>(state, 16);
    const d = load<u64>(state, 24);
    hash = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  }
  hash += length;
  let from = state + WAITING;
  const end = from + (<usize>length & 31);
  for (; from + 8 <= end; from += 8) hash = rotl(hash ^ round(0, load<u64>(from)), 27) * PRIME_1 + PRIME_4;
  if (from + 4 <= end) {
    hash = rotl(hash ^ (<u64>load<u32>(from) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    from += 4;
  }
  for (; from < end; from++) hash = rotl(hash ^ (<u64>load<u8>(from) * PRIME_5), 11) * PRIME_1;
  hash = (hash ^ (hash >> 33)) * PRIME_2;
  hash = (hash ^ (hash >> 29)) * PRIME_3;
  return hash ^ (hash >> 32);
}
