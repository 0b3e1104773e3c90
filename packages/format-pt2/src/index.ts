export { convertExported, LOWERED_OPERATORS, type Pt2Model, readPt2, type ReadPt2Options } from "./read-pt2.ts";
