import { type ContractBase, formatShape, MismatchError, UnsupportedError } from "@samoyed/core";
import type { Port, Session } from "../backend.ts";

/** Number of images in one run of a network. */
export type BatchSize = 1 | "any";

/**
 * Checks a contract against its network before any image is read: the network must have one input, for images.
 *
 * @returns the number of images that the network takes at once, and the port of its output.
 * @throws MismatchError when the contract names a value that the network does not have, or its image size differs
 *   from the input's.
 * @throws UnsupportedError when the input is not of the dtype that the contract says, or its batch size is fixed above 1.
 */
export function checkNetwork(
  session: Pick<Session, "inputs" | "outputs">,
  contract: ContractBase,
): { readonly batch: BatchSize; readonly output: Port } {
  const input = portNamed(session.inputs, { name: contract.input, role: "input" });
  const output = portNamed(session.outputs, { name: contract.output, role: "output" });
  const other = session.inputs.find((port) => port !== input);
  if (other) throw new UnsupportedError(`the model also needs ${JSON.stringify(other.name)}; expected one input`);
  const { inputSize, dtype = "float32", layout = "chw" } = contract.preprocess;
  const [batch, ...image] = input.shape;
  if (input.dtype !== dtype || input.shape.length !== 4 || (typeof batch === "number" && batch !== 1)) {
    const axes = layout === "chw" ? "channels, height, width" : "height, width, channels";
    throw new UnsupportedError(
      `the input ${JSON.stringify(input.name)} is ${input.dtype} ${formatShape(input.shape)}; expected ${dtype} [N or 1, ${axes}]`,
    );
  }
  const [channels, height, width] = inputSize;
  const size = layout === "chw" ? inputSize : [height, width, channels];
  if (image.some((sizeHere, axis) => typeof sizeHere === "number" && sizeHere !== size[axis])) {
    throw new MismatchError(
      `the network takes ${formatShape(image)} and its contract preprocesses to ${formatShape(size)}`,
      { hint: "The artifact was changed after it was converted: convert the checkpoint again." },
    );
  }
  return { batch: batch === 1 ? 1 : "any", output };
}

function portNamed(ports: readonly Port[], options: { readonly name: string; readonly role: string }): Port {
  const { name, role } = options;
  const found = ports.find((port) => port.name === name);
  if (found) return found;
  throw new MismatchError(
    `the contract names the ${role} ${JSON.stringify(name)}; the network has ${ports.map((port) => port.name).join(", ")}`,
    { hint: "The artifact was changed after it was converted: convert the checkpoint again." },
  );
}
