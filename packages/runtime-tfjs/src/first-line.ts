/** The first line of an engine's message that says something. */
export function firstLine(message: string): string {
  return (
    message
      .split("\n")
      .find((text) => text.trim() !== "")
      ?.trim() ?? "no message"
  );
}
