import { encodeContract } from "./contract-json.ts";
import type { Contract } from "./contract-tasks.ts";

/** The text before the digits. Quotation marks within strings are escaped, and no other key of a contract has this name. */
const KEY = '"sha256":"';

/**
 * A contract's JSON, as `encodeContract` writes it, up to the 64 digits of `source.sha256`; `undefined` if it has no
 * source. The hash is known only when the source's last byte has been read, which may be long after the contract was
 * written: a writer reports where the digits are, and they are filled in there.
 *
 * @throws FormatError when the contract breaks `CONTRACT_SCHEMA`.
 */
export function contractBeforeHash(contract: Contract): string | undefined {
  if (contract.source === undefined) return undefined;
  const json = encodeContract(contract);
  return json.slice(0, json.indexOf(KEY) + KEY.length);
}
