// The page of what the sweep found, from its results.

/** The variants of an architecture: with its own classes, with another number, without a classifier. */
const COLUMNS = ["own", "other", "none"];

/** An architecture's result in a variant; one that has no classifier has one variant, its own. */
function variantOf({ variants = [] }, column) {
  return variants[COLUMNS.indexOf(column)];
}

function count(results, test) {
  return results.filter(test).length;
}

/** "12 of 13", or a dash where there is nothing to count. */
function share(results, column, key) {
  const all = results.map((result) => variantOf(result, column)).filter((variant) => variant !== undefined);
  return all.length === 0 ? "–" : `${count(all, (variant) => variant[key])} of ${all.length}`;
}

function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
}

/** Text in one line of Markdown. */
function plain(text) {
  const line = text.replaceAll(/[\s|]+/gu, " ").trim();
  const shown = line.length > 300 ? `${line.slice(0, 300)}…` : line;
  return shown.replaceAll(/[<>*_`[\]]/gu, (character) => `\\${character}`);
}

function moduleRow(module, names, byName) {
  const found = names.map((name) => byName.get(name)).filter((result) => result?.variants !== undefined);
  const shared = count(found, (result) => result.variants.some(({ recognized }) => recognized === "shared"));
  return [
    module,
    names.length,
    found.length,
    share(found, "own", "recognized"),
    shared === 0 ? "" : shared,
    share(found, "other", "recognized"),
    share(found, "none", "recognized"),
    share(found, "own", "checked"),
    share(found, "other", "checked"),
    share(found, "none", "checked"),
  ];
}

function failures(results) {
  return results.flatMap(({ name, variants = [], code }) => {
    const lines = variants
      .filter(({ failed }) => failed !== undefined)
      .map(({ numClasses, failed }) => `- \`${name}\`, ${numClasses} classes: ${plain(failed)}`);
    return [...lines, ...(code?.failed === undefined ? [] : [`- \`${name}\`, code and data: ${plain(code.failed)}`])];
  });
}

function codeSection(results) {
  const compared = results.filter(({ code }) => code !== undefined);
  const by = (way) => compared.filter(({ code }) => code.same === way);
  const names = by("numbers").map(({ name }) => `\`${name}\``);
  const rest = compared.length - by("structure").length - by("numbers").length;
  return [
    "## ResNets, by code and by data",
    "",
    `${compared.length} names are a family's code and in the catalogue. For ${by("structure").length} both graphs are the same operators with the same`,
    "attributes and constants on the same tensors, which is a proof. For the others the interpreter gives the same numbers, bit",
    `by bit, for seeded weights and one seeded image: ${names.length} (${names.join(", ") || "none"}). Not the same: ${rest}.`,
    "",
  ];
}

function namedSection(results) {
  const named = results.filter(({ variants }) => variants?.some(({ recognized }) => recognized === "named"));
  if (named.length === 0) return [];
  const names = named.map(({ name }) => `\`${name}\``).join(", ");
  return [
    `Recognized with \`--model\` only, since group norms look like batch norms without statistics: ${names}.`,
    "",
  ];
}

/** The page: `modules` is each name's module in timm, `results` what the sweep found for the catalogue's names. */
export function sweepPage({ modules, results, versions }) {
  const byName = new Map(results.map((result) => [result.name, result]));
  const names = Object.keys(modules);
  const sorted = [...new Set(Object.values(modules))].sort();
  const refused = results.filter((result) => result.refused !== undefined);
  const missing = names.filter((name) => !byName.has(name));
  const failed = failures(results);
  return [
    "# Coverage of the catalogue",
    "",
    "Written by `node tools/sweep-architectures.mjs --page docs/coverage-architectures.md`; no line is written by hand. Against",
    "PyTorch's numbers: [coverage-checkpoints.md](coverage-checkpoints.md), the smallest network of each module.",
    "",
    `Every network that timm ${versions.timm} registers, from the names and shapes of its state dict alone: as timm makes it, with`,
    "17 classes, and without a classifier. **Recognized** means that nothing but the tensors was given; those that _share_ their",
    "tensors with another network are recognized as one of them, and Samoyed says which others it may be. Each is then built, in",
    "the sizes that it is open for, converted to ONNX and checked by ONNX's own checker: every operator, its attributes and types,",
    "and strict shape inference. Weights are zeros, and no number is computed: a wrong constant, or a wrong order of what is added,",
    "is not seen here.",
    "",
    ...table(
      ["", "names"],
      [
        ["registered by timm", names.length],
        ["in the catalogue", count(results, ({ variants }) => variants !== undefined)],
        ["recognized, built, converted and checked in every variant", count(results, isWhole)],
        ["failed in one", count(results, ({ variants }) => variants?.some(({ failed }) => failed !== undefined))],
        ["refused", refused.length],
        ["not exported", missing.length],
      ],
    ),
    "",
    ...codeSection(results),
    ...namedSection(results),
    "## Modules",
    "",
    ...table(
      [
        "module",
        "names",
        "catalogue",
        "recognized",
        "sharing",
        "17 classes",
        "no classifier",
        "ONNX",
        "17 classes",
        "no classifier",
      ],
      sorted.map((module) =>
        moduleRow(
          module,
          names.filter((name) => modules[name] === module),
          byName,
        ),
      ),
    ),
    "",
    "## Why not",
    "",
    ...failed,
    ...refused.map(({ name, refused: reason }) => `- \`${name}\`, refused: ${plain(reason)}`),
    ...(missing.length === 0 ? [] : [`- not exported: ${missing.map((name) => `\`${name}\``).join(", ")}`]),
    ...(failed.length + refused.length + missing.length === 0 ? ["Nothing was refused or failed."] : []),
    "",
  ].join("\n");
}

/** Whether everything that was asked of an architecture was done. */
export function isWhole({ variants, code }) {
  return code?.failed === undefined && variants !== undefined && variants.every(({ checked }) => checked);
}
