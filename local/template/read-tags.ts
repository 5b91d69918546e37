import type { Properties } from '#local/template/properties.ts';

/** Reads a resource's list of tags. */
export function readTags(properties: Properties): Readonly<Record<string, string>> {
  const tags = properties.list('Tags').map((tag) => [tag.text('Key'), tag.text('Value')] as const);
  return Object.fromEntries(tags);
}
