import { UnsupportedError } from "@samoyed/core";
import type { NetworkConfig } from "../network-config.ts";
import type { Epsilon, Settings } from "../naming.ts";

/** What a class of transformers' computes where `config.json` says nothing else. */
export interface Defaults {
  /** The value of `layer_norm_eps`, the norms that have it, and the value of the others where it is not timm's. */
  readonly epsilon?: { readonly value: number; readonly paths: RegExp; readonly others?: number };
  /** The activations that timm's network has, under transformers' names. */
  readonly activations: readonly string[];
}

/** A number, or a list of numbers. */
function numbers(value: unknown): readonly number[] | undefined {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return list.every((item): item is number => typeof item === "number") ? list : undefined;
}

/**
 * What a network's configuration says, and what is assumed where there is none (transformers 5.24).
 *
 * @throws UnsupportedError when its activation is not timm's.
 */
export function configured(config: NetworkConfig | undefined, { epsilon, activations }: Defaults): Settings {
  const activation = config?.hidden_act ?? activations[0];
  if (!activations.includes(activation as string)) {
    throw new UnsupportedError(
      `config.json says that hidden_act is ${JSON.stringify(activation)}; expected ${activations.join(" or ")}`,
      { hint: "Export the network with torch.export, and convert the .pt2 file." },
    );
  }
  const given = numbers(config?.layer_norm_eps)?.[0];
  const epsilons: Epsilon[] = [
    ...(epsilon === undefined ? [] : [{ paths: epsilon.paths, value: given ?? epsilon.value }]),
    ...(epsilon?.others === undefined ? [] : [{ paths: /(?:)/u, value: epsilon.others }]),
  ];
  const heads = numbers(config?.num_attention_heads ?? config?.num_heads);
  const assumed =
    epsilon === undefined
      ? "transformers' default settings are assumed"
      : `layer_norm_eps ${epsilon.value}, transformers' default, is assumed`;
  return {
    epsilons,
    ...(heads && { heads }),
    assumptions:
      config === undefined ? [`There is no config.json: ${assumed}. Put the network's config.json beside it.`] : [],
  };
}

/**
 * Requires that a configuration leaves some settings at false.
 *
 * @throws UnsupportedError when it does not: timm has no such network.
 */
export function requireUnset(config: NetworkConfig | undefined, names: readonly string[]): void {
  const found = names.find((name) => config?.[name] === true);
  if (found === undefined) return;
  throw new UnsupportedError(`config.json says that ${found} is true; the network that timm has is another one`, {
    hint: "Export the network with torch.export, and convert the .pt2 file.",
  });
}
