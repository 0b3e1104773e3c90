import { formatShape, MismatchError, type PreprocessConfig, UnsupportedError, UsageError } from "@samoyed/core";
import type { Dim, Graph } from "@samoyed/ir";

/** The ports of a classifier of images. */
export interface ImagePorts {
  /** Size of its images, as the preprocessing says it. */
  readonly inputSize: PreprocessConfig["inputSize"];
  readonly numClasses: number;
}

const LEAVE_OUT = "Leave --labels and the options of the preprocessing out; the model then gets no contract.";

function unfit(message: string, hint: string = LEAVE_OUT): UnsupportedError {
  return new UnsupportedError(
    `${message}; classify needs one input of images, [N, 3, height, width], and one output of logits, [N, classes]`,
    { hint },
  );
}

/** Sizes that a network fixes must be those that were given; open ones must be given. */
function imageSize(
  [height, width]: readonly [Dim, Dim],
  { input, given }: { readonly input: string; readonly given: PreprocessConfig["inputSize"] | undefined },
): PreprocessConfig["inputSize"] {
  if (given === undefined) {
    if (typeof height === "number" && typeof width === "number") return [3, height, width];
    const open = [height, width].filter((size) => typeof size === "string").join(" and ");
    throw new UsageError(`the input "${input}" takes images of any size (${open}), and none was given`, {
      hint: "Give the size of the images, --size; --shape also fixes it in the model.",
    });
  }
  if ([height, width].some((size, axis) => typeof size === "number" && size !== given[axis + 1])) {
    throw new MismatchError(
      `images of ${given[1]}×${given[2]} pixels were asked for; the input "${input}" takes ${height}×${width}`,
      { hint: "Leave --size out, or give the size that the model takes." },
    );
  }
  return given;
}

/**
 * Requires a graph to take one batch of RGB images and to give one list of logits for each.
 *
 * @throws UnsupportedError when it has other inputs or outputs.
 * @throws UsageError when the size of the images is neither in the graph nor given; MismatchError when the two differ.
 */
export function imagePorts(
  { inputs, outputs }: Pick<Graph, "inputs" | "outputs">,
  given: PreprocessConfig["inputSize"] | undefined,
): ImagePorts {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) throw unfit(`the model has ${inputs.length} inputs`);
  const [batch, channels, height, width] = input.shape;
  const port = `the input "${input.name}" is ${input.dtype} ${formatShape(input.shape)}`;
  if (input.dtype !== "float32" || height === undefined || width === undefined || input.shape.length !== 4) {
    throw unfit(port);
  }
  if (channels !== 3) {
    throw unfit(
      width === 3 ? `${port}, with the channels last` : port,
      width === 3 ? "Export the model with channels first (NCHW)." : LEAVE_OUT,
    );
  }
  if (typeof batch === "number" && batch !== 1) {
    throw unfit(`${port}, a fixed batch`, "Export the model with a batch of 1, or an open one.");
  }
  const [output, ...more] = outputs;
  if (output === undefined || more.length > 0) throw unfit(`the model has ${outputs.length} outputs`);
  const numClasses = output.shape[1];
  if (output.dtype !== "float32" || output.shape.length !== 2 || typeof numClasses !== "number") {
    throw unfit(`the output "${output.name}" is ${output.dtype} ${formatShape(output.shape)}`);
  }
  return { inputSize: imageSize([height, width], { input: input.name, given }), numClasses };
}
