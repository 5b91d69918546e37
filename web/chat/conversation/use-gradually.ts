import { startTransition, useEffect, useState } from 'react';

/** How many items are added at a time. */
const step = 3;

/**
 * Returns the items to show: at once only the last ones that fill a screen, and soon all of them. The
 * rest is rendered in small tasks, so that a long list opens fast and does not hold up the reader.
 * `heightOf` estimates the height of an item in pixels. Begins anew for another list.
 */
export function useGradually<Item>(
  items: readonly Item[],
  list: string | undefined,
  heightOf: (item: Item) => number,
): readonly Item[] {
  const [shown, setShown] = useState<{ list: string | undefined; count?: number }>({ list });
  const count = (shown.list === list ? shown.count : undefined) ?? countToFill(items, heightOf);
  const { length } = items;
  useEffect(() => {
    if (count === Infinity || length === 0) return undefined;
    const timer = setTimeout(() => {
      const next = count + step;
      // What is whole stays whole, however much is added.
      startTransition(() => setShown({ list, count: next >= length ? Infinity : next }));
    });
    return () => clearTimeout(timer);
  }, [list, count, length]);
  return items.slice(-count);
}

/** The share of the screen that a list has, at most. */
const share = 0.8;

/** Returns how many of the last items fill the screen: at least one. */
function countToFill<Item>(items: readonly Item[], heightOf: (item: Item) => number): number {
  let height = 0;
  const first = items.findLastIndex((item) => {
    height += heightOf(item);
    return height >= window.innerHeight * share;
  });
  return Math.max(1, items.length - Math.max(0, first));
}
