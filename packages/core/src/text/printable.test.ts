import { expect, test } from "vitest";
import { replaceUnprintable } from "./printable.ts";

test("control characters, overrides of direction and separators of lines are replaced; text of every script stays", () => {
  expect(replaceUnprintable("a\u001b[31m\u202egnp.exe\u2066\u2069\u2028\u2029\u200f\u061c\u007f\u0085b\r")).toBe(
    "a\ufffd[31m\ufffdgnp.exe\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdb\ufffd",
  );
  const names = "Großer Schweizer Sennenhund\n狐 كلب כלב 👩‍🔬 e\u0301";
  expect(replaceUnprintable(names)).toBe(names);
});
