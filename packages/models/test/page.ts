import { locateArchitectureData } from "@samoyed/architectures";
import { findModel, listModels } from "../src/index.ts";

/** The page's result: the number of names, and the present name of a former one. */
export interface PageResult {
  readonly count: number;
  readonly name: string;
}

async function run(): Promise<PageResult> {
  locateArchitectureData(new URL("/architecture-data/", location.href));
  return { count: (await listModels()).length, name: (await findModel("ssl_resnet18")).name };
}

Object.assign(globalThis, { result: run() });
