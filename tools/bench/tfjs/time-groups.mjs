// A grouped convolution on TensorFlow.js, split into parts of some neighboring groups each: the same in Node and in pages.

/**
 * Times one way of merging.
 *
 * @param tf TensorFlow.js, its engine chosen
 * @param layer `{ size, channels, groups, merge }`: a 3 × 3 convolution on a square image, channels in as out
 * @param clock milliseconds, wall time or CPU time
 * @returns every run's time; two uncounted runs come first, which pack the filters and warm the compilers
 */
export async function timeMerge(tf, { size, channels, groups, merge }, { clock, runs }) {
  const parts = groups / merge;
  const width = channels / parts;
  const input = tf.randomNormal([1, size + 2, size + 2, channels]);
  const filters = Array.from({ length: parts }, () => tf.randomNormal([3, 3, width, width]));
  const run = async () => {
    const start = clock();
    const output = tf.tidy(() => {
      const pieces = parts === 1 ? [input] : tf.split(input, parts, 3);
      const results = pieces.map((piece, part) => tf.conv2d(piece, filters[part], 1, "valid"));
      return parts === 1 ? results[0] : tf.concat(results, 3);
    });
    await output.data();
    output.dispose();
    return clock() - start;
  };
  await run();
  await run();
  const times = [];
  for (let index = 0; index < runs; index++) times.push(await run());
  tf.dispose([input, ...filters]);
  return times;
}
