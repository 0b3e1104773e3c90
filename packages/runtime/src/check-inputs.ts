import { elementCount, formatShape, ShapeError, type Tensor } from "@samoyed/core";
import type { Port } from "./backend.ts";

/**
 * Checks a run's inputs against the ports of its model: every port fed, nothing else fed, dtype, rank, sizes, and
 * the number of elements. A symbolic size (`N`) matches any value of 1 or more, the same wherever its name is used.
 *
 * For backends, because engines' own messages name neither the input nor the expectation.
 *
 * @throws ShapeError that names the input, what it got and what the port expects.
 */
export function checkInputs(inputs: Readonly<Record<string, Tensor>>, ports: readonly Port[]): void {
  const names = ports.map((port) => port.name);
  for (const name of Object.keys(inputs)) {
    if (!names.includes(name)) {
      throw new ShapeError(`the model has no input ${JSON.stringify(name)}; expected ${names.join(", ")}`);
    }
  }
  const symbols = new Map<string, number>();
  for (const port of ports) {
    const tensor = Object.hasOwn(inputs, port.name) ? inputs[port.name] : undefined;
    const expected = `${port.dtype} ${formatShape(port.shape)}`;
    if (!tensor) throw new ShapeError(`the input ${JSON.stringify(port.name)} is missing; expected ${expected}`);
    const got = `${tensor.dtype} ${formatShape(tensor.shape)}`;
    if (tensor.dtype !== port.dtype || !fits(tensor.shape, port.shape, symbols)) {
      throw new ShapeError(`the input ${JSON.stringify(port.name)} is ${got}; expected ${expected}`, {
        details: { input: port.name, dtype: tensor.dtype, shape: tensor.shape, expected: port },
      });
    }
    const perElement = tensor.dtype.startsWith("complex") ? 2 : 1;
    if (tensor.data.length !== elementCount(tensor.shape) * perElement) {
      throw new ShapeError(
        `the input ${JSON.stringify(port.name)} has ${tensor.data.length} values, which does not match ${got}`,
      );
    }
  }
}

function fits(shape: readonly number[], port: Port["shape"], symbols: Map<string, number>): boolean {
  if (shape.length !== port.length) return false;
  return port.every((expected, axis) => {
    const size = shape[axis]!;
    if (typeof expected === "number") return size === expected;
    if (!Number.isSafeInteger(size) || size < 1) return false;
    // An unnamed size is free everywhere.
    if (expected === "" || expected === "?") return true;
    const bound = symbols.get(expected) ?? size;
    symbols.set(expected, bound);
    return size === bound;
  });
}
