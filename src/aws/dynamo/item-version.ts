import { number, type Item } from '#aws/dynamo/item-fields.ts';

/** The attribute that every written record carries. Items of version 1 do not have it. */
export const currentVersion = { itemVersion: 2 } as const;

/** Throws an `Error` if a newer version of this code wrote the item. */
export function checkItemVersion(item: Item): void {
  const version = item['itemVersion'] === undefined ? 1 : number(item, 'itemVersion');
  if (version <= currentVersion.itemVersion) return;
  throw new Error(`A newer version of Streambed wrote a stored item (version ${version})`);
}
