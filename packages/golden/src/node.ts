export { DEFAULT_SET, findCases, loadCase, setsOfCase } from "./load-case.ts";
