import { convTransposeAxis, type Node, readWindow, type TypedTensor } from "@samoyed/ir";

/** Every s-th output position of one axis of a transposed convolution with stride s, from the first on. */
interface AxisPhase {
  readonly first: number;
  readonly outputs: number;
  /** Taps that reach them: the first, and their number. */
  readonly tap: number;
  readonly taps: number;
  /** The input position that the first tap reads for the first output. */
  readonly input: number;
}

/** One axis of a transposed convolution as ordinary ones, one for each phase. */
export interface TransposedAxisPhases {
  readonly phases: readonly AxisPhase[];
  readonly stride: number;
  /** From one tap of a phase to the next: in the kernel, and backwards in the input. */
  readonly tapStep: number;
  readonly inputStep: number;
  /** Positions that are read outside the input, at most on either side. */
  readonly border: number;
}

/**
 * Output o of a transposed convolution is the sum of its taps k over inputs i with i · stride + k · dilation = o +
 * padding: a phase, outputs that are equal modulo the stride, has the same taps, and its inputs go on one by one.
 */
export function transposedPhases(
  node: Node<TypedTensor>,
  kernel: readonly number[],
  sizes: readonly number[],
): readonly TransposedAxisPhases[] {
  const window = readWindow(node, kernel);
  return kernel.map((taps, axis) => {
    const [stride, dilation] = [window.strides[axis]!, window.dilations[axis]!];
    const { size, begin } = convTransposeAxis({ node }, window, axis, sizes[axis]!);
    const common = divisor(stride, dilation);
    const [tapStep, inputStep] = [stride / common, dilation / common];
    const phases = Array.from({ length: Math.min(stride, size) }, (_, first): AxisPhase => {
      let tap = 0;
      while (tap < Math.min(taps, tapStep) && (first + begin - tap * dilation) % stride !== 0) tap++;
      const none = tap >= Math.min(taps, tapStep);
      return {
        first,
        outputs: Math.ceil((size - first) / stride),
        tap: none ? 0 : tap,
        taps: none ? 0 : Math.ceil((taps - tap) / tapStep),
        input: none ? 0 : (first + begin - tap * dilation) / stride,
      };
    });
    const outside = phases.flatMap((phase) =>
      phase.taps === 0 ? [] : [inputStep * (phase.taps - 1) - phase.input, phase.input + phase.outputs - sizes[axis]!],
    );
    return { phases, stride, tapStep, inputStep, border: Math.max(0, ...outside) };
  });
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
