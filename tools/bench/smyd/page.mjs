// The page of one engine; the bundler puts the engine's module in place of "engine".
import { open } from "engine";
import { timed } from "./timed.mjs";

window.engine = timed(open);
