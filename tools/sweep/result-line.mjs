// A result in one line.

const RECOGNIZED = {
  own: "recognized",
  shared: "recognized as one that shares its tensors",
  named: "recognized by its name only",
};

function variantText({ numClasses, recognized, checked, failed, nodes }) {
  if (failed !== undefined) return `${numClasses} classes ${failed}`;
  return `${numClasses} classes ${RECOGNIZED[recognized]}, ${nodes} nodes${checked ? " checked" : ""}`;
}

/** What was found of an architecture. */
export function resultLine({ name, refused, variants = [], code }) {
  if (refused !== undefined) return `${name}: refused: ${refused}`;
  const ways =
    code && (code.failed === undefined ? `same as code by ${code.same}` : `not the same as code: ${code.failed}`);
  return `${name}: ${[...variants.map(variantText), ...(ways ? [ways] : [])].join("; ")}`;
}
