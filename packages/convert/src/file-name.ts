import type { Contract } from "@samoyed/core";

/** A model's name as a file's: the registry's pass unchanged. */
export function fileName(model: string): string {
  return model.replace(/[^\w.-]+/gu, "_");
}

/** A model's file name, without endings: `MODEL`, or `MODEL.features`, which must not replace the classifier. */
export function outputName({ model, task }: Pick<Contract, "model" | "task">): string {
  return task === "features" ? `${fileName(model)}.features` : fileName(model);
}
