/** Source of a case's files. */
export interface CaseFiles {
  /** Folder or URL of the case, for error messages. */
  readonly label: string;
  /** Reads a file by its path relative to case.json. */
  read(path: string): Promise<Uint8Array>;
}
