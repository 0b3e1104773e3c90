/** Variables of this process that would change what the command line does. */
const MEANT_FOR_OTHERS = /^(SAMOYED_|NO_COLOR$|FORCE_COLOR$|CI$|TERM$|NODE_|VITEST|(https?|no|all)_proxy$)/i;

/** This process's environment without what would change what the command line does, and with what is given. */
export function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !MEANT_FOR_OTHERS.test(name));
  return Object.fromEntries([...kept, ["TERM", "xterm"], ...Object.entries(extra)]) as Record<string, string>;
}
