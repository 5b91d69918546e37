import { closedStructure, oneOf, tagged } from '#local/wire/shape.ts';

/** What marks a part of a Messages request as the end of a prefix to be cached. */
export const cacheControl = tagged(
  'type',
  { ephemeral: closedStructure({}, { ttl: oneOf('5m', '1h') }) },
  { isInPath: true },
);
