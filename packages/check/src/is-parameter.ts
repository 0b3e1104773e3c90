/** Whether a weight is the network's own, by PyTorch's name; all else are constants of a format. */
export function isParameter(name: string): boolean {
  return /\.(?:weight|bias)$/.test(name);
}
