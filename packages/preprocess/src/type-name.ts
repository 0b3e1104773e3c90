/**
 * JavaScript's own name of a value's type: `Float32Array`, `ImageData`, `String`, `Null`. Values are told apart by name and
 * not by `instanceof`, because a frame or a test runner has classes of its own.
 */
export function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** A value's type in messages: "is missing", "is a Float32Array", "is null". */
export function foundType(value: unknown): string {
  if (value === undefined) return "is missing";
  if (value === null) return "is null";
  const name = typeName(value);
  return `is ${/^(?:[AEIO]|HTML)/u.test(name) ? "an" : "a"} ${name}`;
}
