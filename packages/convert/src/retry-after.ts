/**
 * How long a busy server asks its clients to wait, in milliseconds: `Retry-After` of RFC 9110 (10.2.3), as seconds or as a
 * date. `undefined` where it does not say, or not in either form.
 */
export function retryAfter(headers: Headers, now: number = Date.now()): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+$/u.test(value)) return Number(value) * 1000;
  // Dates alone contain letters: `Date.parse` takes many other things for a date.
  const date = /^[A-Z][a-z]{2}/u.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
