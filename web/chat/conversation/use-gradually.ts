import { startTransition, useEffect, useState } from 'react';

/** How many of the last items are shown at once: more than fit on a screen. */
const firstCount = 4;

/** How many are added at a time. */
const step = 3;

/**
 * Returns the items to show: the last ones at once, and soon all of them. The rest is rendered in
 * small tasks, so that a long list opens fast and does not hold up the reader. Begins anew for
 * another list.
 */
export function useGradually<Item>(
  items: readonly Item[],
  list: string | undefined,
): readonly Item[] {
  const [shown, setShown] = useState({ list, count: firstCount });
  const count = shown.list === list ? shown.count : firstCount;
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
