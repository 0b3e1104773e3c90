/** What transformers' `config.json` says of a network; everything else in it is ignored. */
export interface NetworkConfig {
  readonly model_type?: unknown;
  readonly layer_norm_eps?: unknown;
  readonly hidden_act?: unknown;
  readonly num_attention_heads?: unknown;
  readonly num_heads?: unknown;
  readonly id2label?: unknown;
  readonly [key: string]: unknown;
}
