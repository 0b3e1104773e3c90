// The page that runs the kernels with tiles of any size.
import { convolutionSpeed } from "./tiles.mjs";

window.convolutionSpeed = convolutionSpeed;
