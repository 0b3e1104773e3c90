// For `node --import`: makes the engines look as if they were not installed.
import { register } from "node:module";

const hooks = `
export async function resolve(specifier, context, next) {
  const [engine] = /^onnxruntime-(node|web)(?=$|\\/)/.exec(specifier) ?? [];
  if (!engine) return next(specifier, context);
  throw Object.assign(new Error("Cannot find package '" + engine + "' imported from " + context.parentURL), {
    code: "ERR_MODULE_NOT_FOUND",
  });
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
