import type { Rule } from "../naming.ts";

/** Blocks of attention and a perceptron as transformers names them: in its files, and in a network of version 5. */
export const BLOCK: readonly Rule[] = [
  [/\.attention\.(?:attention|self)\.query\.(\w+)$/u, ".attn.qkv.$1#0"],
  [/\.attention\.(?:attention|self)\.key\.(\w+)$/u, ".attn.qkv.$1#1"],
  [/\.attention\.(?:attention|self)\.value\.(\w+)$/u, ".attn.qkv.$1#2"],
  [/\.attention\.q_proj\.(\w+)$/u, ".attn.qkv.$1#0"],
  [/\.attention\.k_proj\.(\w+)$/u, ".attn.qkv.$1#1"],
  [/\.attention\.v_proj\.(\w+)$/u, ".attn.qkv.$1#2"],
  [/\.attention\.(?:output\.dense|o_proj)\./u, ".attn.proj."],
  [/\.intermediate\.dense\./u, ".mlp.fc1."],
  [/\.output\.dense\./u, ".mlp.fc2."],
  [/\.layernorm_before\./u, ".norm1."],
  [/\.layernorm_after\./u, ".norm2."],
];
