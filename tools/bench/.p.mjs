import { tfjsWasm } from "@samoyed/runtime-tfjs";
const s = await tfjsWasm().load(process.argv[2]);
const input = {
  dtype: "float32",
  shape: [1, 3, 224, 224],
  data: Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i)),
};
const t = [];
for (let i = 0; i < 25; i++) {
  const a = performance.now();
  await s.run({ input });
  t.push(performance.now() - a);
}
t.sort((a, b) => a - b);
console.log(t[0].toFixed(0), t[12].toFixed(0));
