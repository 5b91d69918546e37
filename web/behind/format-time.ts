const integers = new Intl.NumberFormat('en-US');

/** Returns milliseconds as seconds with two digits. */
export function toSeconds(ms: number): string {
  return (ms / 1_000).toFixed(2);
}

/** Returns milliseconds as a whole number with separators. */
export function toWholeMs(ms: number): string {
  return integers.format(Math.round(ms));
}

/** Returns a number with separators. */
export function toCount(count: number): string {
  return integers.format(count);
}

/** Returns an amount of US dollars, as small as that of a few tokens. */
export function toUsd(usd: number): string {
  return `$${usd.toFixed(5)}`;
}
