import { XMLParser } from 'fast-xml-parser';
import type { ServiceCaller } from '#local/gateway/service-caller.ts';
import { objectPath, sendObject } from '#local/step-functions/integrations/s3-requests.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** The parameters of both versions of the list, as their query has them. */
const queryNames = {
  ContinuationToken: 'continuation-token',
  Delimiter: 'delimiter',
  Marker: 'marker',
  MaxKeys: 'max-keys',
  Prefix: 'prefix',
  StartAfter: 'start-after',
};

const parser = new XMLParser({
  parseTagValue: false,
  htmlEntities: true,
  isArray: (name) => name === 'Contents' || name === 'CommonPrefixes',
});

/**
 * Lists objects of a bucket in one of S3's two versions, as the SDK returns them. Throws a
 * `StatesError` if S3 refuses it.
 */
export async function listObjects(
  caller: ServiceCaller,
  parameters: Json,
  version: 1 | 2 = 2,
): Promise<Json> {
  const query = new URLSearchParams(version === 2 ? { 'list-type': '2' } : {});
  for (const [name, queryName] of Object.entries(queryNames)) {
    const value = parameters[name];
    const text = typeof value === 'number' ? String(value) : asText(value);
    if (text !== undefined) query.set(queryName, text);
  }
  const path = `${objectPath(`s3://${asText(parameters['Bucket'])}`)}?${query.toString()}`;
  const { body } = await sendObject(caller, { method: 'GET', path });
  const result = record(record(parser.parse(body))['ListBucketResult']);
  const { Contents: contents, IsTruncated: isTruncated, KeyCount: count, MaxKeys: max } = result;
  return {
    ...Object.fromEntries(Object.entries(result).filter(([name]) => !name.startsWith('@'))),
    ...(Array.isArray(contents) ? { Contents: contents.map(record).map(toObject) } : {}),
    IsTruncated: isTruncated === 'true',
    ...(count === undefined ? {} : { KeyCount: Number(count) }),
    MaxKeys: Number(max),
  };
}

function toObject({ LastModified: changed, Size: size, ...object }: Json): Json {
  return {
    ...object,
    LastModified: new Date(String(changed)).toISOString(),
    Size: Number(size),
  };
}
