/** How weights can be stored, by any format. */
export const WEIGHTS = ["float32", "float16", "uint8", "uint16", "int8"] as const;
