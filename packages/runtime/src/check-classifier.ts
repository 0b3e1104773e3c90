import { type Contract, formatShape, labelsFit, MismatchError, UnsupportedError } from "@samoyed/core";
import type { Port, Session } from "./backend.ts";

/** How many images one run of the network takes. */
export type BatchSize = 1 | "any";

/**
 * Holds a contract and labels against the network that they came with, before any image is read.
 *
 * @returns how many images the network takes at once, and how many logits it gives each; undefined where that is symbolic.
 * @throws MismatchError when the contract names a value that the network has not, its image size is not the input's,
 *   or labels and classes differ in number.
 * @throws UnsupportedError when the input is not float32 NCHW, or its batch size is fixed above 1.
 */
export function checkClassifier(
  session: Pick<Session, "inputs" | "outputs">,
  options: { readonly contract: Contract; readonly labels: readonly string[] | undefined },
): { readonly batch: BatchSize; readonly logits: number | undefined } {
  const { contract, labels } = options;
  const input = portNamed(session.inputs, { name: contract.input, role: "input" });
  const output = portNamed(session.outputs, { name: contract.output, role: "output" });
  const other = session.inputs.find((port) => port !== input);
  if (other) throw new UnsupportedError(`the model also needs ${JSON.stringify(other.name)}; expected one input`);
  const [batch, ...image] = input.shape;
  if (input.dtype !== "float32" || input.shape.length !== 4 || (typeof batch === "number" && batch !== 1)) {
    throw new UnsupportedError(
      `the input ${JSON.stringify(input.name)} is ${input.dtype} ${formatShape(input.shape)}; expected float32 [N or 1, 3, height, width]`,
    );
  }
  const size = contract.preprocess.inputSize;
  if (image.some((sizeHere, axis) => typeof sizeHere === "number" && sizeHere !== size[axis])) {
    throw new MismatchError(
      `the network takes ${formatShape(image)} and its contract preprocesses to ${formatShape(size)}`,
      { hint: "The artifact was changed after it was converted: convert the checkpoint again." },
    );
  }
  const classes = output.shape.at(-1);
  if (labels && typeof classes === "number" && !labelsFit(labels, classes)) {
    throw new MismatchError(`the network gives ${classes} classes; there are ${labels.length} labels`, {
      hint:
        classes === 1
          ? "Give the names of both classes, negative and positive, or of the positive one alone."
          : "Give one label per class, in class order.",
      details: { classes, labels: labels.length },
    });
  }
  return { batch: batch === 1 ? 1 : "any", logits: typeof classes === "number" ? classes : undefined };
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
