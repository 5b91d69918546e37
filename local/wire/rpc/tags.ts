import { list, string, structure, type Shaped } from '#local/wire/shape.ts';

/** The tags of a request. */
export const tagList = list(
  structure({ Key: string({ min: 1, max: 128 }), Value: string({ max: 256 }) }),
);

/** The tags of a resource, by key. */
export type Tags = Readonly<Record<string, string>>;

/** Returns the tags of a request by key. The query protocol leaves out empty values. */
export function toTags(
  tags: readonly { readonly Key: string; readonly Value?: string | undefined }[] = [],
): Tags {
  return Object.fromEntries(tags.map(({ Key, Value = '' }) => [Key, Value]));
}

/** Returns tags as responses have them. */
export function fromTags(tags: Tags): Shaped<typeof tagList> {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Returns the tags without those that have one of the keys. */
export function withoutTags(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}
