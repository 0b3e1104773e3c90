export { findCases, loadCase } from "./load-case.ts";
