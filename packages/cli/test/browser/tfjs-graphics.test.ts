// The golden case on the engines that compute on a graphics processor, here a simulated one. It takes as long as those
// of `tfjs-processor.test.ts`: the two files run side by side.
import { describeTfjsGolden } from "./tfjs-golden.ts";

describeTfjsGolden(["tfjs-webgl", "tfjs-webgpu"]);
