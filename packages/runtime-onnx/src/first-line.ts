/** Returns the first line of an engine's message, without the numbers and source locations that C++ macros prepend. */
export function firstLine(message: string): string {
  const line = message.split("\n").find((text) => text.trim() !== "") ?? "no message";
  return line
    .replace(/^Can't create a session\. ERROR_CODE: \d+, ERROR_MESSAGE: /, "")
    .replace(/^\[ONNXRuntimeError\] : \d+ : \w+ : /, "")
    .replaceAll(/\S+\.(?:cc|h):\d+ [^(]*\([^)]*\)(?: const)? /g, "")
    .trim();
}
