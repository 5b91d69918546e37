import { AwsError } from '#local/wire/aws-error.ts';
import type { ObjectStore, StoredObject } from '#local/s3/object-store.ts';
import { xmlResponse, type S3Response } from '#local/s3/s3-response.ts';
import type { S3Request } from '#local/s3/s3-request.ts';

/** Handles ListObjectsV2, and the older ListObjects. */
export function listObjects(store: ObjectStore, { bucket, query }: S3Request): S3Response {
  const isV2 = query.get('list-type') === '2';
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token');
  const after =
    (isV2
      ? token === null
        ? query.get('start-after')
        : decodeToken(token)
      : query.get('marker')) ?? '';
  const maxKeys = Math.min(1000, Number(query.get('max-keys') ?? 1000));
  if (!Number.isInteger(maxKeys) || maxKeys < 0) {
    throw new AwsError(
      'InvalidArgument',
      'Argument maxKeys must be an integer between 0 and 2147483647',
    );
  }
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (text: string) => text;
  const page = pageOf(store.list(bucket, prefix, after), { prefix, delimiter, maxKeys, after });
  const Contents = page.objects.map(({ key, size, etag, modifiedAt }) => ({
    Key: encode(key),
    LastModified: new Date(modifiedAt).toISOString(),
    ETag: etag,
    Size: size,
    StorageClass: 'STANDARD',
  }));
  const common = {
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: maxKeys,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: page.last !== undefined,
    Contents,
    CommonPrefixes: page.prefixes.map((each) => ({ Prefix: encode(each) })),
  };
  const last = page.last;
  if (!isV2)
    return xmlResponse('ListBucketResult', { ...common, Marker: encode(after), NextMarker: last });
  return xmlResponse('ListBucketResult', {
    ...common,
    KeyCount: page.objects.length + page.prefixes.length,
    StartAfter: query.get('start-after') ?? undefined,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: last === undefined ? undefined : Buffer.from(last).toString('base64url'),
  });
}

function decodeToken(token: string): string {
  return Buffer.from(token, 'base64url').toString('utf8');
}

interface PageOptions {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly after: string;
}

interface Page {
  readonly objects: readonly StoredObject[];
  /** Each stands for all keys that begin with it. */
  readonly prefixes: readonly string[];
  /** The key after which the next page begins, if there is one. */
  readonly last: string | undefined;
}

function pageOf(
  all: readonly StoredObject[],
  { prefix, delimiter, maxKeys, after }: PageOptions,
): Page {
  if (maxKeys === 0) return { objects: [], prefixes: [], last: undefined };
  const objects: StoredObject[] = [];
  const prefixes = new Set<string>();
  let last = '';
  for (const object of all) {
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    const group = end === -1 ? undefined : object.key.slice(0, end + delimiter.length);
    const isListed = group !== undefined && (prefixes.has(group) || group === after);
    if (!isListed && objects.length + prefixes.size === maxKeys) {
      return { objects, last, prefixes: [...prefixes] };
    }
    if (group === undefined) objects.push(object);
    else if (group !== after) prefixes.add(group);
    // The next page skips all keys that begin with the prefix of a group.
    last = group === undefined ? object.key : `${group}\u{10FFFF}`;
  }
  return { objects, prefixes: [...prefixes], last: undefined };
}
