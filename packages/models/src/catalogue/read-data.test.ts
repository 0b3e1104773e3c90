import { UnavailableError } from "@samoyed/core";
import { expect, it } from "vitest";
import { readData } from "./read-data.ts";

it("a file that is not there", async () => {
  await expect(readData("missing.deflate", 1)).rejects.toThrow(UnavailableError);
});
