/** What a user sees when something does not work: an error of ours with its hint, or a tool's. */
export class Refusal extends Error {
  constructor({ name, message, hint }) {
    super([name === "Error" ? message : `${name}: ${message}`, hint].filter(Boolean).join(" – "));
    /** Whether it is one of Samoyed's errors. */
    this.typed = /^(?:Unavailable|Unsupported|Format|Usage|Io|Mismatch)Error$/.test(name);
  }
}
