import { MismatchError } from "@samoyed/core";
import type { GoldenCase } from "./case.ts";
import { sha256Hex } from "./sha256.ts";

/**
 * Checks that a case has the images that it was recorded with: none dropped, added, moved or given another class.
 *
 * @throws MismatchError when their count or their hash is not the stated one.
 */
export async function checkImageSet({ images, inputSha256, imageSet }: GoldenCase, label: string): Promise<void> {
  const hint = "Restore case.json, or record the case again with tools/oracle.";
  if (images.length !== imageSet.count) {
    throw new MismatchError(`${label}: has ${images.length} images; it was recorded with ${imageSet.count}`, { hint });
  }
  const lines = images.map((image, index) => `${image.sha256} ${inputSha256[index]} ${image.label ?? "-"}\n`);
  const sha256 = await sha256Hex(new TextEncoder().encode(lines.join("")));
  if (sha256 !== imageSet.sha256) {
    throw new MismatchError(`${label}: its images have SHA-256 ${sha256}; it was recorded with ${imageSet.sha256}`, {
      hint,
    });
  }
}
