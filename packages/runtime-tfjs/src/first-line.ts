/** Returns the first informative line of an engine's message. */
export function firstLine(message: string): string {
  return (
    message
      .split("\n")
      .find((text) => text.trim() !== "")
      ?.trim() ?? "no message"
  );
}
