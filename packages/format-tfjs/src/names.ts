/** Gives every value of a graph a name that TensorFlow takes: its own, where that is one. */
export interface Names {
  /** The name of a value or node of the source graph; the same for the same one. */
  of(name: string): string;
  /** A name that nothing has yet: `base` as TensorFlow takes it, with a number if need be. */
  fresh(base: string): string;
}

/** Characters that TensorFlow forbids in a node's name; a colon would be read as the number of an output. */
const FORBIDDEN = /[^A-Za-z0-9_.\-/]/gu;

/** Starts a set of names. */
export function createNames(): Names {
  const taken = new Set<string>();
  const known = new Map<string, string>();
  const fresh = (wanted: string): string => {
    const base = allowed(wanted);
    let name = base;
    for (let count = 1; taken.has(name); count++) name = `${base}_${count}`;
    taken.add(name);
    return name;
  };
  return {
    fresh,
    of(name) {
      const present = known.get(name);
      if (present !== undefined) return present;
      const given = fresh(name);
      known.set(name, given);
      return given;
    },
  };
}

function allowed(name: string): string {
  const clean = name.replaceAll(FORBIDDEN, "_");
  const begun = /^[A-Za-z0-9.]/u.test(clean) ? clean : `v${clean}`;
  // TensorFlow.js looks names up in plain objects, where these are always found.
  return begun in {} ? `${begun}_` : begun;
}
