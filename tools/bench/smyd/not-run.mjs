/** A network or an engine that cannot be measured here; the message says why, and what mends it. */
export class NotRun extends Error {}
