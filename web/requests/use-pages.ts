'use client';

import { useCallback, useEffect, useRef, useState } from 'react';

/** A page of a list, newest first. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly cursor?: string | undefined;
}

export interface PagesView<Item> {
  /** Undefined until the first page has loaded. */
  readonly items: readonly Item[] | undefined;
  /** Why the last request failed. */
  readonly error: unknown;
  readonly hasMore: boolean;
  /** Loads the newest page again, and resolves to it. Items of older pages stay. */
  refresh(): Promise<readonly Item[]>;
  loadMore(): void;
  remove(id: string): void;
}

/** Loads a list page by page, the newest one first. */
export function usePages<Item>(
  load: (cursor?: string) => Promise<ListPage<Item>>,
  idOf: (item: Item) => string,
): PagesView<Item> {
  const [items, setItems] = useState<readonly Item[]>();
  const [cursor, setCursor] = useState<string>();
  const [error, setError] = useState<unknown>();
  const count = useRef(0);
  const latest = useRef({ load, idOf });

  const refresh = useCallback(async () => {
    count.current += 1;
    const number = count.current;
    try {
      const page = await latest.current.load();
      // Responses may arrive out of order: only that of the latest request counts.
      if (number !== count.current) return page.items;
      setItems((before) => merge(page, before, latest.current.idOf));
      setCursor((before) => before ?? page.cursor);
      setError(undefined);
      return page.items;
    } catch (failure) {
      if (number === count.current) setError(failure);
      throw failure;
    }
  }, []);
  useEffect(() => void refresh().catch(() => undefined), [refresh]);

  const more = async (from: string): Promise<void> => {
    try {
      const page = await latest.current.load(from);
      setItems((before = []) => [...before, ...page.items]);
      setCursor(page.cursor ?? '');
    } catch (failure) {
      setError(failure);
    }
  };
  return {
    items,
    error,
    // An empty cursor is that of the end.
    hasMore: cursor !== undefined && cursor !== '',
    refresh,
    loadMore: () => void more(cursor ?? ''),
    remove: (id) =>
      setItems((before) => before?.filter((item) => latest.current.idOf(item) !== id)),
  };
}

/** The newest page replaces what it covers; what older pages have comes after it. */
function merge<Item>(
  { items, cursor }: ListPage<Item>,
  before: readonly Item[] | undefined,
  idOf: (item: Item) => string,
): readonly Item[] {
  const last = items.at(-1);
  if (before === undefined || cursor === undefined || last === undefined) return items;
  const at = before.findIndex((item) => idOf(item) === idOf(last));
  const known = new Set(items.map(idOf));
  return at === -1
    ? items
    : [...items, ...before.slice(at + 1).filter((item) => !known.has(idOf(item)))];
}
