/** Terms of the licenses of published checkpoints, and where to read them. */
const TERMS: ReadonlyMap<string, string> = new Map([
  [
    "cc-by-nc-4.0",
    "CC-BY-NC 4.0: name the authors, no commercial use. https://creativecommons.org/licenses/by-nc/4.0/",
  ],
  ["apache-2.0", "Apache License 2.0. https://www.apache.org/licenses/LICENSE-2.0"],
  ["bsd-3-clause", "BSD 3-Clause License. https://opensource.org/license/bsd-3-clause"],
  ["mit", "MIT License. https://opensource.org/license/mit"],
]);

/** A license, by its SPDX identifier in lower case, in one line for a person. */
export function licenseTerms(license: string): string {
  return TERMS.get(license) ?? license;
}
