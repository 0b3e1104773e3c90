/** Where a case's files come from. */
export interface CaseFiles {
  /** For error messages: the folder or address of the case. */
  readonly label: string;
  /** Reads a file by its path relative to case.json. */
  read(path: string): Promise<Uint8Array>;
}
