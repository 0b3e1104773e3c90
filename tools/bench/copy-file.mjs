// The baseline: a plain file copy in pieces of 1 MiB, flushed to the disk before it ends.
import { open } from "node:fs/promises";

const [from, to] = process.argv.slice(2);
const source = await open(from, "r");
const target = await open(to, "w");
const buffer = Buffer.allocUnsafe(1 << 20);
for (;;) {
  const { bytesRead } = await source.read(buffer, 0, buffer.length);
  if (bytesRead === 0) break;
  await target.write(buffer, 0, bytesRead);
}
await target.sync();
await target.close();
await source.close();
