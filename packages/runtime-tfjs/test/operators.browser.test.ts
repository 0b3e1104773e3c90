import type { Tensor } from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import { bundlePage, type SiteFiles } from "@samoyed/test-support/browser/bundle-page";
import { describeInChromium, type OpenPage } from "@samoyed/test-support/browser/chromium";
import { difference } from "@samoyed/test-support/difference";
import { beforeAll, describe, expect, test } from "vitest";
import { modelFiles } from "./models.ts";
import { operatorCases } from "./operator-cases.ts";
import type { PageTensor } from "./operators-page.ts";

/** Graphics hardware computes powers, quotients and exponentials to fewer digits. */
const GRAPHICS = { rtol: 2e-4, atol: 2e-4 };

describeInChromium("operators in a browser", "software", (open) => {
  let page: OpenPage["page"];
  const cases = operatorCases();

  beforeAll(async () => {
    const files: SiteFiles = await bundlePage(new URL("./operators-page.ts", import.meta.url));
    for (const [index, { graph }] of cases.entries()) {
      for (const [name, body] of await modelFiles(graph)) files.set(`/${index}.tfjs/${name}`, body);
    }
    ({ page } = await open(files, { ready: "runOperators" }));
  });

  describe.each(["tfjs-webgl", "tfjs-webgpu"])("%s", (backend) => {
    test.for(cases.map((item, index) => [item.name, item, index] as const))("%s", async ([, item, index], context) => {
      const given = Object.fromEntries(Object.entries(item.inputs).map(([name, tensor]) => [name, onPage(tensor)]));
      const result = await page.evaluate(([name, inputs, url]) => window.runOperators!(name, inputs, url), [
        backend,
        given,
        `/${index}.tfjs/model.json`,
      ] as const);
      if ("unavailable" in result) {
        // Visible in the report: this browser offers no adapter.
        expect(backend).toBe("tfjs-webgpu");
        context.skip(`not run: ${result.unavailable}`);
        return;
      }
      for (const [name, tensor] of await interpret(item.graph, item.inputs)) {
        expect(difference(ofPage(result.outputs[name]!), ofPage(onPage(tensor)), GRAPHICS), name).toBeUndefined();
      }
    });
  });
});

/** TensorFlow.js carries 64-bit integers as 32-bit ones. */
function onPage({ dtype, shape, data }: Tensor): PageTensor {
  return { dtype: dtype === "int64" ? "int32" : (dtype as PageTensor["dtype"]), shape, data: Array.from(data, Number) };
}

function ofPage({ dtype, shape, data }: PageTensor): Tensor {
  if (dtype === "float32") return { dtype, shape, data: Float32Array.from(data) };
  if (dtype === "int32") return { dtype, shape, data: Int32Array.from(data) };
  return { dtype, shape, data: Uint8Array.from(data) };
}
