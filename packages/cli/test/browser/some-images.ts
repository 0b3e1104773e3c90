import type { LoadedCase } from "@samoyed/golden";

/** A case of some of its images only; noise, budget and layers stay those of the whole. */
export function someImages(loaded: LoadedCase, chosen: ReadonlySet<number>): LoadedCase {
  const keep = <T>(list: readonly T[]): T[] => list.filter((_, index) => chosen.has(index));
  const { images, inputSha256, accuracy: _, ...rest } = loaded.case;
  return {
    ...loaded,
    case: { ...rest, images: keep(images), inputSha256: keep(inputSha256) },
    recorded: loaded.recorded.map(({ values64, ...recording }) => {
      const classes = values64.shape[1]!;
      const data = values64.data.filter((_, at) => chosen.has(Math.floor(at / classes)));
      return { ...recording, values64: { ...values64, shape: [chosen.size, classes], data } };
    }),
  };
}
