/** Which items of a list are wanted. */
export interface PageRequest<Item> {
  /** Returns a text that only this item has. */
  keyOf(item: Item): string;
  readonly size: number;
  /** Where the page before ended. */
  readonly token?: string | undefined;
  /** Returns the service's error for a token that it did not return. */
  invalid(): Error;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Present if there are more items. */
  readonly token?: string;
}

/** Returns a page of items, which are sorted by key, so that changes between pages lose none. */
export function pageOf<Item>(all: readonly Item[], request: PageRequest<Item>): Page<Item> {
  const { keyOf, size, token } = request;
  const after = token === undefined ? undefined : readToken(token, request);
  const sorted = all.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  if (rest.length <= size || last === undefined) return { items };
  return { items, token: Buffer.from(`page:${keyOf(last)}`).toString('base64url') };
}

function readToken<Item>(token: string, { invalid }: PageRequest<Item>): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (text.startsWith('page:')) return text.slice('page:'.length);
  throw invalid();
}
