import { memorySink, type Tensor } from "@samoyed/core";
import { writeOnnx } from "@samoyed/format-onnx";
import { expectRecorded, networkGraph, networkInput, SMALL_NETWORKS } from "@samoyed/test-support/networks";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { it } from "vitest";

it.each(SMALL_NETWORKS)("onnxruntime computes what timm does: $name", async (network) => {
  const sink = memorySink();
  await writeOnnx(networkGraph(network, { size: "open" }), { sink });
  await sink.commit();
  const session = await InferenceSession.create(sink.bytes(), { intraOpNumThreads: 1 });
  const { data, shape } = networkInput(network);
  const results = Object.entries(await session.run({ input: new OrtTensor("float32", data, [...shape]) }));
  const values = results.map(([name, value]): [string, Tensor] => [
    name,
    { dtype: "float32", shape: value.dims, data: value.data as Float32Array },
  ]);
  expectRecorded(new Map(values), network);
  await session.release();
});
