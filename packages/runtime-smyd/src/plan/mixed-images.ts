import { UnsupportedError } from "@samoyed/core";

/** Images of a batch that cannot be planned one by one, since a node mixes them. */
export class MixedImagesError extends UnsupportedError {
  constructor(what: string) {
    super(`${what} mixes the images of a batch`, { hint: "Give the model a batch of a fixed size." });
  }
}
