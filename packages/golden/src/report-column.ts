/** A column of a report's table. */
export interface ReportColumn {
  readonly key: string;
  readonly title: string;
  /** On a narrow terminal the column with the lowest number is dropped first; one without a number is never dropped. */
  readonly leftOut?: number;
}
