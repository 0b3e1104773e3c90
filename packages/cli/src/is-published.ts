import type { ModelInfo } from "@samoyed/models";

/** Whether anybody publishes weights of a model; of the others timm has the architecture only. */
export function isPublished({ url, huggingFace }: ModelInfo): boolean {
  return url !== undefined || huggingFace !== undefined;
}
