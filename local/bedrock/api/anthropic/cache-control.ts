import { oneOf, structure } from '#local/wire/shape.ts';

/** What marks a part of a Messages request as the end of a prefix to be cached. */
export const cacheControl = structure({ type: oneOf('ephemeral') }, { ttl: oneOf('5m', '1h') });
