export { decodeJpeg } from "./jpeg/decode.ts";
export { type Image, MAX_PIXELS, type RawImage, toRgb } from "./image.ts";
