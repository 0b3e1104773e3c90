/**
 * Returns why a file name must not be used for external data, or `undefined` if it may be.
 *
 * The name comes from the model, and a model may come from anywhere: it may name only files at or below its own folder,
 * on every operating system.
 */
export function refuseLocation(location: string): string | undefined {
  if (location === "") return "it is empty";
  // On Windows `\` is a separator, `C:` a drive and `a:b` a stream; a URL has a colon too.
  if (/[\\:]/.test(location)) return "it has a backslash or a colon";
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[\u0000-\u001f\u007f]/.test(location)) return "it has a control character";
  if (location.startsWith("/")) return "it is an absolute path";
  const parts = location.split("/");
  if (parts.includes("..")) return "it leaves the model's folder";
  if (parts.includes("") || parts.includes(".")) return "it has an empty part";
  return undefined;
}
