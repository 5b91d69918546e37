/** A box that contains every point. */
const everywhere = [-Infinity, -Infinity, Infinity, Infinity];

/**
 * Lets pdf.js read what a page has beyond its edge, such as the end of a line that is too wide. It
 * leaves such text out without an error and has no option for it: it compares each glyph with the
 * page's box, which it stores as the property `view`. This changes a global function, so it is only
 * for a thread of its own.
 */
export function readBeyondPages(): void {
  const defineProperty = Object.defineProperty;
  Object.defineProperty = (target, name, descriptor) =>
    defineProperty(
      target,
      name,
      name === 'view' && isBox(descriptor.value)
        ? { ...descriptor, value: everywhere }
        : descriptor,
    );
}

function isBox(value: unknown): boolean {
  return Array.isArray(value) && value.length === 4 && value.every(Number.isFinite);
}
