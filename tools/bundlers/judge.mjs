import { NotRun } from "./tool.mjs";

/** Probabilities of one network on different engines differ by rounding. */
const TOLERANCE = 1e-4;

/**
 * Tries a runtime in a place as it is, then with one cure after the other, until the class is that of Node.
 *
 * - `passed`: it works as it is
 * - `cured`: it is refused by an error that names what mends it, and works with that
 * - `refused`: it cannot work here, and a typed error says why
 * - `failed`: a wrong answer, an error that names no cure, or a cure that does not help
 * - `not run`: a tool is not here
 *
 * @param attempt returns an answer; throws what a user sees.
 * @param answers "none" where nothing is classified, as by a compiler.
 * @param refuses the error of a place where it cannot work.
 */
export async function judge({ attempt, answers, cures, refuses, expected, preferred }) {
  let plain;
  try {
    const answer = await attempt(undefined);
    if (answers === "none") return { verdict: "passed", note: answer.note };
    plain = { answer: check(answer, expected) };
  } catch (error) {
    if (error instanceof NotRun) return { verdict: "not run", note: error.message };
    plain = { refusal: oneLine(error) };
    if (error.typed && refuses?.test(error.message)) return { verdict: "refused", note: plain.refusal };
  }
  if (plain.answer && preferred.includes(plain.answer.backend)) return { verdict: "passed", note: "" };
  const reasons = [];
  for (const cure of cures) {
    try {
      const { backend } = check(await attempt(cure), expected);
      if (!preferred.includes(backend)) throw new Error(`runs on ${backend}; expected ${preferred.join(" or ")}`);
    } catch (error) {
      reasons.push(`with ${cure.name}: ${oneLine(error)}`);
      continue;
    }
    if (plain.answer)
      return { verdict: "passed", note: `on ${plain.answer.backend}; on ${preferred[0]} with ${cure.text}` };
    if (cure.says.test(plain.refusal)) return { verdict: "cured", note: cure.text, refusal: plain.refusal };
    return { verdict: "failed", note: `the error names no cure (${cure.text}): ${plain.refusal}` };
  }
  if (plain.answer) reasons.unshift(`runs on ${plain.answer.backend}`);
  return { verdict: "failed", note: [plain.refusal, ...reasons].filter(Boolean).join("; ") };
}

function check(answer, { label, probability }) {
  if (answer.label !== label || Math.abs(answer.probability - probability) > TOLERANCE) {
    throw new Error(`got ${answer.label} ${answer.probability}; Node gives ${label} ${probability}`);
  }
  return answer;
}

/** A message on one line, without this machine's paths and terminal colors. */
function oneLine(error) {
  // oxlint-disable-next-line no-control-regex -- bundlers color their errors
  const text = String(error?.message ?? error).replaceAll(/\u001b\[[0-9;]*m/g, "");
  return text
    .replaceAll(/(?:file:\/\/)?\/(?:tmp|root|home|private)\/\S*?\/(?=app\/|node_modules\/)/g, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, 400);
}
