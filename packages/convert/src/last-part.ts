/** The file's name in a path or URL: folders and query strings are private. */
export function lastPart(label: string): string {
  const path = /^[a-z][a-z0-9+.-]+:\/\//iu.test(label) ? label.replace(/[?#].*$/su, "") : label;
  return path.split(/[/\\]/u).findLast((part) => part !== "") ?? "checkpoint";
}
