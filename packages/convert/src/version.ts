/** The version that artifacts name as their generator; a test compares it with package.json. */
export const VERSION = "0.0.0";
