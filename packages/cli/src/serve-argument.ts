/** First argument of a process that serves a backend to the one that started it; not for people. */
export const SERVE = "--serve-backend";
