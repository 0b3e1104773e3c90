/**
 * Rule for filling a tensor of a stand-in, a network without trained weights.
 *
 * `normal`: near-normal around `mean` (0 when absent) and at most 3.5 `std` away, seeded with the tensor's name. `constant`: one value throughout. `head`: the bias that
 * the oracle solved so that the stand-in gives a reference's probabilities; it is stored with the case.
 */
export type StandInFill =
  | { readonly kind: "normal"; readonly std: number; readonly mean?: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "head" };
