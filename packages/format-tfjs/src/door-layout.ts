/** The layout of images at the boundary. */
export type DoorLayout = (typeof LAYOUTS)[number];

/** All of them. */
export const LAYOUTS = ["nchw", "nhwc"] as const;
