// Faults of the fold of batch norms into convolutions: what it would make of the weights is made of other statistics.
const EPSILON = 1e-5;
const middle = (paths) => paths[paths.length >> 1];

/** All of a network's norms with one kind of statistic replaced. */
const everywhere = (key, change) => (paths, change_) => {
  for (const path of paths) change_(`${path}.${key}`, change);
};
/** One norm's variances moved by the difference of two epsilons. */
const epsilon = (other) => (paths, change) =>
  change(`${middle(paths)}.running_var`, (data) => data.forEach((x, i) => (data[i] = x + (other - EPSILON))));

const PLANTS = [
  ["epsilon 1e-3 in one norm", epsilon(1e-3)],
  ["epsilon 1e-6 in one norm", epsilon(1e-6)],
  ["the fold ignores gamma", everywhere("weight", (data) => data.fill(1))],
  ["the fold ignores beta", everywhere("bias", (data) => data.fill(0))],
  ["the fold ignores the mean", everywhere("running_mean", (data) => data.fill(0))],
  ["the fold ignores the variance", everywhere("running_var", (data) => data.fill(1 - EPSILON))],
  ["the fold of one norm ignores its beta", (paths, change) => change(`${middle(paths)}.bias`, (data) => data.fill(0))],
  [
    "the fold of one norm ignores its mean",
    (paths, change) => change(`${middle(paths)}.running_mean`, (data) => data.fill(0)),
  ],
  [
    "one deviation 1 % larger",
    (paths, change) => change(`${middle(paths)}.running_var`, (data) => data.forEach((x, i) => (data[i] = x * 1.0201))),
  ],
];

/** Each changes tensors of a checkpoint, given the paths of its norms and a function that changes a tensor by name. */
export const NORM_PLANTS = PLANTS.map(([name, alter]) => ({ name, theme: "norms", alter }));
