/** The version that artifacts name as their generator; a test holds it to package.json. */
export const VERSION = "0.0.0";
