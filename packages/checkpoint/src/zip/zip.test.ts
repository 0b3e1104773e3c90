// Long, because each kind of invalid archive is a separate case, and they share one writer of archives.
import { crc32, FormatError, memorySource, UnsupportedError } from "@samoyed/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectError } from "../../test/expect-error.ts";
import { bytes, uint16, uint64 } from "../../test/pickles.ts";
import { type EntrySpec, zipBytes, type ZipSpec } from "../../test/zip-bytes.ts";
import { readZipDirectory } from "./directory.ts";
import { entrySource, readEntry } from "./entry.ts";
import { findRoot } from "./names.ts";
import { entryChecks } from "../entry-checks.ts";

const ENTRIES: readonly EntrySpec[] = [
  { name: "r/a", data: "first" },
  { name: "r/b", data: "second", deflated: true },
];

const directory = (data: Uint8Array) => readZipDirectory(memorySource(data, "m.pth"));

async function readAll(data: Uint8Array): Promise<{ contents: Record<string, string>; warnings: string[] }> {
  const archive = await directory(data);
  const warnings = [...archive.warnings];
  const contents: Record<string, string> = {};
  for (const [name, entry] of archive.entries) {
    const read = await readEntry(archive, entry, { maxBytes: 1e6, checks: entryChecks(warnings) });
    contents[name] = new TextDecoder().decode(read);
  }
  return { contents, warnings };
}

const CONTENTS = { "r/a": "first", "r/b": "second" };

test.each<[string, Uint8Array]>([
  ["a plain archive", zipBytes(ENTRIES)],
  ["zip64 end records", zipBytes(ENTRIES, { zip64: {} })],
  [
    "zip64 end records that fill in for full fields",
    zipBytes(ENTRIES, {
      zip64: {},
      entryCount: 0xffff,
      directoryBytes: 0xffffffff,
      directoryOffset: 0xffffffff,
      disk: 0xffff,
    }),
  ],
  ["a comment", zipBytes(ENTRIES, { comment: "saved by hand" })],
  [
    "extra fields of other kinds",
    zipBytes(
      ENTRIES.map((entry) => ({
        ...entry,
        extra: bytes("FB", uint16(3), "ZZZ"),
        localExtra: bytes("FB", uint16(9), "ZZZZZZZZZ"),
      })),
    ),
  ],
  ["folders as entries", zipBytes([{ name: "r/" }, ...ENTRIES])],
  [
    "zip64 sizes and offset",
    zipBytes([
      ENTRIES[0]!,
      {
        name: "r/b",
        data: "second",
        compressedBytes: 0xffffffff,
        byteLength: 0xffffffff,
        offset: 0xffffffff,
        extra: bytes(uint16(1), uint16(24), uint64(6), uint64(6), uint64(38)),
      },
    ]),
  ],
  [
    "a zip64 offset alone, after another field",
    zipBytes([
      ENTRIES[0]!,
      {
        name: "r/b",
        data: "second",
        offset: 0xffffffff,
        extra: bytes("FB", uint16(0), uint16(1), uint16(8), uint64(38)),
      },
    ]),
  ],
])("%s", async (_, data) => {
  expect(await readAll(data)).toEqual({ contents: CONTENTS, warnings: [] });
});

test("an entry larger than the tail that is read first", async () => {
  const many = Array.from({ length: 3000 }, (_, index) => ({
    name: `r/${"long-name".repeat(4)}-${index}`,
    data: String(index),
  }));
  const { contents } = await readAll(zipBytes(many));
  expect(Object.values(contents)).toEqual(many.map(({ data }) => data));
});

describe("warnings", () => {
  test("junk after the archive", async () => {
    expect(await readAll(zipBytes(ENTRIES, { after: bytes("junk") }))).toEqual({
      contents: CONTENTS,
      warnings: ["m.pth: 4 bytes follow the end of the zip archive"],
    });
  });

  test.each([false, true])("a wrong checksum (deflated: %s)", async (deflated) => {
    const { contents, warnings } = await readAll(zipBytes([{ name: "r/a", data: "first", deflated, crc: 0x12345 }]));
    expect(contents).toEqual({ "r/a": "first" });
    const crc = crc32(bytes("first")).toString(16);
    expect(warnings).toEqual([`m.pth: r/a: the bytes have checksum ${crc}, the archive states 00012345`]);
  });

  test("no checksums, as torch can be told to omit them: one warning for all", async () => {
    const without = ENTRIES.map((entry) => ({ ...entry, crc: 0 }));
    expect(await readAll(zipBytes(without))).toEqual({
      contents: CONTENTS,
      warnings: ["m.pth: the archive states no checksums, so damage to its weights cannot be detected"],
    });
    const one = [{ ...ENTRIES[0]!, crc: 0 }, ENTRIES[1]!];
    expect((await readAll(zipBytes(one))).warnings).toEqual([
      expect.stringMatching(/^m\.pth: r\/a: the bytes have checksum [0-9a-f]{8}, the archive states 00000000$/),
    ]);
    expect((await readAll(zipBytes([{ name: "r/empty" }]))).warnings).toEqual([]);
  });
});

const CUT = "The file was cut short; fetch it again.";
test.each<[string, readonly EntrySpec[], ZipSpec, string]>([
  [
    "the directory outside of the file",
    ENTRIES,
    { directoryOffset: 5000 },
    "m.pth: the zip's directory is stated at byte 5000 with 98 bytes; its end record is at 177",
  ],
  [
    "the directory longer than the file",
    ENTRIES,
    { directoryBytes: 5000 },
    "m.pth: the zip's directory is stated at byte 79 with 5000 bytes; its end record is at 177",
  ],
  [
    "junk before the archive",
    ENTRIES,
    { before: bytes("#!junk") },
    "m.pth: 6 unexpected bytes before the zip archive or inside its directory",
  ],
  [
    "a gap before the end record",
    ENTRIES,
    { directoryBytes: 52 },
    "m.pth: 46 unexpected bytes before the zip archive or inside its directory",
  ],
  [
    "junk before the first entry",
    [{ ...ENTRIES[0]!, offset: 4 }],
    {},
    "m.pth: 4 unexpected bytes before the zip archive's first entry",
  ],
  ["duplicate names", [ENTRIES[0]!, ENTRIES[0]!], {}, 'm.pth: two zip entries are named "r/a"'],
  [
    "names that differ in case",
    [ENTRIES[0]!, { name: "R/A" }],
    {},
    'm.pth: zip entries "r/a" and "R/A" differ only in case',
  ],
  [
    "a name that contains ..",
    [{ name: "r/../../etc/passwd" }],
    {},
    'm.pth: zip entry name "r/../../etc/passwd" contains ..',
  ],
  ["an absolute name", [{ name: "/etc/passwd" }], {}, 'm.pth: zip entry name "/etc/passwd" is absolute'],
  ["a name with a drive", [{ name: "C:/r" }], {}, 'm.pth: zip entry name "C:/r" is absolute'],
  ["a name with a NUL", [{ name: "r/a\0.txt" }], {}, 'm.pth: zip entry name "r/a\\u0000.txt" contains a NUL'],
  ["a name with a backslash", [{ name: "r\\a" }], {}, 'm.pth: zip entry name "r\\\\a" contains a backslash'],
  ["an empty name", [{ name: "" }], {}, 'm.pth: zip entry name "" is empty'],
  [
    "a name that is not UTF-8",
    [{ name: Uint8Array.of(0x72, 0xff) }],
    {},
    "m.pth: the name of entry 0 of the zip directory is not valid UTF-8",
  ],
  [
    "stored, with sizes that differ",
    [{ ...ENTRIES[0]!, byteLength: 6 }],
    {},
    'm.pth: zip entry "r/a" is stored as 5 bytes and states a size of 6',
  ],
  [
    "a size beyond deflate's ratio",
    [{ ...ENTRIES[1]!, byteLength: 1e6 }],
    {},
    'm.pth: zip entry "r/b" states that 8 bytes inflate to 1000000; deflate cannot exceed 1032 to 1',
  ],
  [
    "entries that overlap",
    [{ ...ENTRIES[0]!, compressedBytes: 50, byteLength: 50 }, ENTRIES[1]!],
    {},
    'm.pth: zip entry "r/a" of 50 bytes at 0 overlaps "r/b" at 38',
  ],
  [
    "entries that overlap by one byte",
    [{ ...ENTRIES[0]!, compressedBytes: 6, byteLength: 6 }, ENTRIES[1]!],
    {},
    'm.pth: zip entry "r/a" of 6 bytes at 0 overlaps "r/b" at 38',
  ],
  [
    "two entries at the same offset",
    [ENTRIES[0]!, { ...ENTRIES[1]!, offset: 0 }],
    {},
    'm.pth: zip entry "r/a" of 5 bytes at 0 overlaps "r/b" at 0',
  ],
  [
    "an entry that reaches into the directory",
    [{ ...ENTRIES[0]!, compressedBytes: 60, byteLength: 60 }],
    {},
    'm.pth: zip entry "r/a" of 60 bytes at 0 overlaps the directory at 38',
  ],
  [
    "a wrong number of entries",
    ENTRIES,
    { entryCount: 3 },
    "m.pth: the zip directory lists 2 entries; its end record states 3",
  ],
  [
    "zip64: a wrong locator",
    ENTRIES,
    { zip64: { locatorOffset: 10 } },
    "m.pth: the zip64 end record is not where its locator says: at byte 10",
  ],
  [
    "zip64: a locator beyond the file",
    ENTRIES,
    { zip64: { locatorOffset: 2n ** 63n } },
    "m.pth: the zip64 end record is not where its locator says: at byte 2^53",
  ],
  [
    "zip64: a directory beyond the file",
    ENTRIES,
    { directoryOffset: 0xffffffff, zip64: { directoryOffset: 2 ** 50 } },
    "m.pth: the zip's directory is stated at byte 1125899906842624 with 98 bytes; its end record is at 253",
  ],
  [
    "zip64: an offset beyond 2^53",
    ENTRIES,
    { directoryOffset: 0xffffffff, zip64: { directoryOffset: 2n ** 60n } },
    "m.pth: the zip's directory is stated at byte 2^53 or later with 98 bytes; its end record is at 253",
  ],
  [
    "zip64: records that contradict each other",
    ENTRIES,
    { zip64: { entryCount: 7 } },
    "m.pth: the zip64 end record and the zip end record contradict each other",
  ],
  [
    "zip64: no field for a full size",
    [{ ...ENTRIES[0]!, byteLength: 0xffffffff }],
    {},
    'm.pth: zip entry "r/a": the zip64 field that states its size or place is missing or damaged',
  ],
  [
    "zip64: a field that is too short",
    [{ ...ENTRIES[0]!, byteLength: 0xffffffff, extra: bytes(uint16(1), uint16(4), "abcd") }],
    {},
    'm.pth: zip entry "r/a": the zip64 field that states its size or place is missing or damaged',
  ],
  [
    "zip64: a field beyond 2^53",
    [{ ...ENTRIES[0]!, byteLength: 0xffffffff, extra: bytes(uint16(1), uint16(8), uint64(2n ** 60n)) }],
    {},
    'm.pth: zip entry "r/a": the zip64 field that states its size or place is missing or damaged',
  ],
  ["a comment beyond the file", ENTRIES, { comment: "abc", after: undefined as never }, ""],
] as const)("%s: a typed error", async (name, entries, spec, message) => {
  if (name === "a comment beyond the file") {
    const data = zipBytes(entries, { comment: "abc" });
    await expectError(
      () => directory(data.subarray(0, -1)),
      FormatError,
      "m.pth: the zip's comment runs past the end of the file",
    );
    return;
  }
  await expectError(() => directory(zipBytes(entries, spec)), FormatError, message);
});

test.each<[string, readonly EntrySpec[], ZipSpec, string]>([
  ["encrypted", [{ ...ENTRIES[0]!, flags: 0x801 }], {}, 'm.pth: zip entry "r/a" is encrypted, which is not supported'],
  [
    "strongly encrypted",
    [{ ...ENTRIES[0]!, flags: 0x2000 }],
    {},
    'm.pth: zip entry "r/a" is encrypted, which is not supported',
  ],
  [
    "another method",
    [{ ...ENTRIES[0]!, method: 93 }],
    {},
    'm.pth: zip entry "r/a" is compressed with method 93; expected stored (0) or deflated (8)',
  ],
  ["several parts, in the end record", ENTRIES, { disk: 1 }, "m.pth: a multi-part zip archive is not supported"],
  [
    "several parts, in the zip64 locator",
    ENTRIES,
    { zip64: { disks: 2 } },
    "m.pth: a multi-part zip archive is not supported",
  ],
  [
    "several parts, in the zip64 end record",
    ENTRIES,
    { zip64: { disk: 1 } },
    "m.pth: a multi-part zip archive is not supported",
  ],
  [
    "several parts, in an entry",
    [{ ...ENTRIES[0]!, disk: 2 }],
    {},
    'm.pth: zip entry "r/a" is in another part of a multi-part archive, which is not supported',
  ],
])("%s: refused", async (_, entries, spec, message) => {
  await expectError(() => directory(zipBytes(entries, spec)), UnsupportedError, message);
});

test("no end record", async () => {
  const data = zipBytes(ENTRIES);
  await expectError(
    () => directory(data.subarray(0, -22)),
    FormatError,
    "m.pth: a zip archive without an end record",
    CUT,
  );
});

test("a damaged directory entry, and one cut short", async () => {
  const data = zipBytes(ENTRIES);
  const damaged = data.slice();
  damaged[79]! ^= 1;
  await expectError(() => directory(damaged), FormatError, "m.pth: entry 0 of the zip directory is damaged");
  const long = data.slice();
  // The length of the second entry's name.
  long[79 + 49 + 28] = 0xff;
  await expectError(
    () => directory(long),
    FormatError,
    "m.pth: entry 1 of the zip directory runs past the directory's end",
  );
});

test("too many entries: capped before the directory is read", async () => {
  const data = zipBytes(ENTRIES, { entryCount: 0xffff, zip64: { entryCount: 1_000_001 } });
  await expectError(
    () => directory(data),
    FormatError,
    "m.pth: a zip directory of 1000001 entries and 98 bytes; at most 1000000 and 134217728 are read",
  );
});

test("an archive that inflates to 100 times its size: capped", async () => {
  const bomb = [{ name: "r/a", data: new Uint8Array(300_000), method: 8, byteLength: 300_000_000 }];
  await expectError(
    () => directory(zipBytes(bomb)),
    FormatError,
    "m.pth: a zip archive of 300104 bytes inflates to 300000000; at most 100 times its size is read",
  );
});

describe("local headers", () => {
  const read = async (...entries: readonly EntrySpec[]) => readAll(zipBytes(entries));
  test.each<[string, readonly EntrySpec[], string]>([
    ["another name", [{ ...ENTRIES[0]!, localName: "r/x" }], 'm.pth: r/a: the entry\'s own header names it "r/x"'],
    ["a longer name", [{ ...ENTRIES[0]!, localName: "r/ab" }], 'm.pth: r/a: the entry\'s own header names it "r/a"'],
    ["no header", [{ ...ENTRIES[0]!, localSignature: 0x04034b51 }], "m.pth: r/a: there is no zip entry at byte 0"],
  ])("%s: a typed error", async (_, entries, message) => {
    await expectError(() => read(...entries), FormatError, message);
  });

  test("an extra field that pushes the payload into the next entry", async () => {
    const data = zipBytes([{ ...ENTRIES[0]!, localExtra: bytes() }, ENTRIES[1]!]);
    data[28] = 4;
    await expectError(
      () => readAll(data),
      FormatError,
      "m.pth: r/a: the entry ends at byte 42 and the next begins at 38",
    );
  });
});

describe("inflating", () => {
  const source = async (spec: Partial<EntrySpec>) => {
    const archive = await directory(zipBytes([{ name: "r/a", data: "x".repeat(5000), deflated: true, ...spec }]));
    const warnings: string[] = [];
    return {
      source: entrySource(archive, archive.entries.get("r/a")!, { checks: entryChecks(warnings) }),
      warnings,
    };
  };

  test("more than the archive states", async () => {
    const { source: entry } = await source({ byteLength: 4999 });
    await expectError(
      () => entry.read(0, 4999),
      FormatError,
      "m.pth: r/a inflates to more than the 4999 bytes that the archive states",
    );
  });

  test("less than the archive states", async () => {
    const { source: entry } = await source({ byteLength: 5001 });
    await expectError(
      () => entry.read(0, 5001),
      FormatError,
      "m.pth: r/a inflates to 5000 bytes; the archive states 5001",
    );
  });

  test("damaged", async () => {
    const { source: entry } = await source({
      data: Uint8Array.of(0xff, 0xff),
      deflated: false,
      method: 8,
      byteLength: 10,
    });
    await expectError(() => entry.read(0, 10), FormatError, "m.pth: r/a: the deflated bytes are damaged");
  });

  test("cut short", async () => {
    const { source: entry } = await source({ data: Uint8Array.of(0x4b), deflated: false, method: 8, byteLength: 10 });
    await expect(entry.read(0, 10)).rejects.toThrow(FormatError);
  });

  test("outside of the entry", async () => {
    const { source: entry } = await source({});
    await expect(entry.read(4999, 2)).rejects.toThrow(FormatError);
  });

  test("any reads, in any order and at once", async () => {
    const data = Uint8Array.from({ length: 70_000 }, (_, at) => (at * at) >> 3);
    const { source: entry, warnings } = await source({ data });
    const ranges = fc.array(fc.tuple(fc.nat(70_000), fc.nat(70_000)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(ranges, async (list) => {
        const reads = list.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
        const results = await Promise.all(reads.map(([start, end]) => entry.read(start, end - start)));
        results.forEach((result, index) => expect(Buffer.compare(result, data.subarray(...reads[index]!))).toBe(0));
      }),
      { numRuns: 40 },
    );
    expect(warnings).toEqual([]);
  });

  test("reading on after an interruption", async () => {
    const { source: entry } = await source({});
    const abort = AbortSignal.abort();
    await expect(entry.read(0, 10, { signal: abort })).rejects.toHaveProperty("code", "aborted");
    expect(new TextDecoder().decode(await entry.read(4995, 5))).toBe("xxxxx");
  });
});

test("an entry beyond its cap", async () => {
  const archive = await directory(zipBytes(ENTRIES));
  const entry = archive.entries.get("r/a")!;
  await expectError(
    () => readEntry(archive, entry, { maxBytes: 4, checks: entryChecks([]) }),
    FormatError,
    "m.pth: r/a has 5 bytes; at most 4 are read",
  );
});

test("two roots, and none", async () => {
  await expectError(
    () => findRoot(["a/x", "b/x"], "m.pth"),
    FormatError,
    'm.pth: zip entries are in two folders, "a" and "b"',
  );
  await expectError(
    () => findRoot(["a/x", "x"], "m.pth"),
    FormatError,
    'm.pth: zip entry "x" is not in a folder; torch.save writes one',
  );
  await expectError(() => findRoot([], "m.pth"), FormatError, "m.pth: a zip archive without entries");
});

test("any written archive is read back", async () => {
  const entry = fc.record({
    name: fc.stringMatching(/^[a-z0-9ß重]{1,12}$/),
    data: fc.uint8Array({ maxLength: 3000 }),
    deflated: fc.boolean(),
  });
  const archive = fc.uniqueArray(entry, { selector: ({ name }) => name.toLowerCase(), maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(archive, fc.boolean(), fc.string({ maxLength: 20 }), async (entries, zip64, comment) => {
      const data = zipBytes(
        entries.map((one) => ({ ...one, name: `r/${one.name}` })),
        { comment, ...(zip64 ? { zip64: {} } : {}) },
      );
      const opened = await directory(data);
      expect([...opened.entries.keys()]).toEqual(entries.map(({ name }) => `r/${name}`));
      for (const one of entries) {
        const warnings: string[] = [];
        const checks = entryChecks(warnings);
        const source = entrySource(opened, opened.entries.get(`r/${one.name}`)!, { checks });
        expect(await source.read(0, source.byteLength)).toEqual(one.data);
        expect(warnings).toEqual([]);
      }
    }),
    { numRuns: 100 },
  );
});

test("any change of a byte: entries or a typed error", async () => {
  const data = zipBytes(ENTRIES, { zip64: {} });
  for (let at = 0; at < data.byteLength; at++) {
    for (const value of [0, 0xff]) {
      const changed = data.slice();
      changed[at] = value;
      try {
        await readAll(changed);
      } catch (error) {
        expect([at, error]).toEqual([
          at,
          expect.objectContaining({ code: expect.stringMatching(/^(format|unsupported)$/) }),
        ]);
      }
    }
  }
});
