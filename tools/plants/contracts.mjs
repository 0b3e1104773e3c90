// Faults in what travels beside a converted model: how images are prepared, what the classes are called.
const preprocess = (change) => (contract) => ({
  ...contract,
  preprocess: { ...contract.preprocess, ...change(contract.preprocess) },
});
const labels = (change) => (contract) => ({ ...contract, labels: change(contract.labels) });
const halves = [0.5, 0.5, 0.5];

const PLANTS = [
  ["mean and deviation exchanged", preprocess(({ mean, std }) => ({ mean: std, std: mean }))],
  ["mean and deviation of another data set", preprocess(() => ({ mean: halves, std: halves }))],
  ["only the mean of another data set", preprocess(() => ({ mean: halves }))],
  [
    "the channels of the mean in another order",
    preprocess(({ mean, std }) => ({ mean: mean.toReversed(), std: std.toReversed() })),
  ],
  [
    "another filter",
    preprocess(({ interpolation }) => ({ interpolation: interpolation === "bicubic" ? "bilinear" : "bicubic" })),
  ],
  ["another share of the crop", preprocess(() => ({ cropPct: 0.95 }))],
  ["another way of cropping", preprocess(() => ({ cropMode: "squash" }))],
  ["labels shifted by one", labels((names) => [...names.slice(1), names[0]])],
  ["two labels exchanged", labels(([first, second, ...names]) => [second, first, ...names])],
  ["another source", (contract) => ({ ...contract, source: { ...contract.source, sha256: "0".repeat(64) } })],
];

/** Each gives another contract. */
export const CONTRACT_PLANTS = PLANTS.map(([name, change]) => ({ name, theme: "contract", change }));
