/** Returns a time, given in milliseconds since 1970, in ISO 8601. */
export function toTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
