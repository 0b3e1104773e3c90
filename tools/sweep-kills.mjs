// Conversions into a folder that has a model already, killed at random moments: the folder has the old model or the new
// one, whole, in each format, and a last conversion removes what the killed ones left. After a build.
//
//   node tools/sweep-kills.mjs [--kills N] [--seed N] [--model NAME]
//
// Exit status 1 when a model is neither, or files are left.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killConversions } from "./kills/kill-conversions.mjs";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    model: { type: "string", default: "resnet18" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "samoyed-kills-"));
try {
  const { counts, wrong, left } = await killConversions(folder, {
    kills: Number(values.kills),
    model: values.model,
    seed: values.seed,
    onKill: (_, found) => console.log(found),
  });
  console.log(
    `the old model ${counts.old} times, the new one ${counts.new} times, of each format one of them ${counts.both} times; ${counts.ended} had ended before`,
  );
  for (const line of wrong) console.error(`not whole: ${line}`);
  if (left.length > 0) console.error(`left behind: ${left.join(", ")}`);
  process.exitCode = wrong.length + left.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
