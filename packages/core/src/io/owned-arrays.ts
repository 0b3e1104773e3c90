// The types are written so that TypeScript before 5.7, whose typed arrays are not generic, reads the declarations too.

/** Bytes in memory that is not shared, as web APIs want them: `Uint8Array<ArrayBuffer>`. */
export type OwnedBytes = ReturnType<Uint8ArrayConstructor["of"]>;

/** A float32 array in memory that is not shared. */
export type OwnedFloats = ReturnType<Float32ArrayConstructor["of"]>;

/** An int32 array in memory that is not shared. */
export type OwnedIntegers = ReturnType<Int32ArrayConstructor["of"]>;
