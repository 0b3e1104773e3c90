/**
 * A backend that ended, hung, or took more than it may: its verdict is `crashed`, and the others go on. Thrown by backends
 * that run in a process of their own.
 */
export class BackendCrash extends Error {
  override name = "BackendCrash";
}
