export { isolated as default } from "../../vitest.base.ts";
