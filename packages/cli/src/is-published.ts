import type { ModelInfo } from "@samoyed/models";

/** Whether weights of a model are published; of the others timm has the architecture only. */
export function isPublished({ url, huggingFace }: ModelInfo): boolean {
  return url !== undefined || huggingFace !== undefined;
}
