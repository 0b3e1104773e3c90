import { answer, type PageRequest } from "./page.ts";

globalThis.addEventListener("message", ({ data }: MessageEvent<PageRequest>) => {
  void answer(data).then((result) => globalThis.postMessage(result));
});
