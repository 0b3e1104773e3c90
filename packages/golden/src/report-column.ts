/** A column of a report's table. */
export interface ReportColumn {
  readonly key: string;
  readonly title: string;
  /** Where a terminal is narrow, the column with the lowest number is left out first; one without a number never. */
  readonly leftOut?: number;
}
