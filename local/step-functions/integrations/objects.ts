import { XMLParser } from 'fast-xml-parser';
import type { ServiceCaller } from '#local/gateway/service-caller.ts';
import type { ListedObject, Objects } from '#local/step-functions/distributed/objects.ts';
import { objectPath, sendObject } from '#local/step-functions/integrations/s3.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Returns access to the objects in S3 for distributed Map states. */
export function createObjects(caller: ServiceCaller): Objects {
  return {
    async read({ bucket, key }) {
      const path = objectPath(`s3://${bucket}/${key}`);
      return (await sendObject(caller, { method: 'GET', path })).bytes;
    },
    async list(bucket, prefix) {
      const listed: ListedObject[] = [];
      let token: string | undefined;
      do {
        const page = await listPage(caller, bucket, { prefix, token });
        listed.push(...page.objects);
        ({ token } = page);
      } while (token !== undefined);
      return listed;
    },
    async write({ bucket, key }, body) {
      const path = objectPath(`s3://${bucket}/${key}`);
      await sendObject(caller, { method: 'PUT', path, body });
    },
  };
}

interface ListPage {
  readonly objects: readonly ListedObject[];
  /** Present if there is another page. */
  readonly token: string | undefined;
}

async function listPage(
  caller: ServiceCaller,
  bucket: string,
  { prefix, token }: { readonly prefix: string; readonly token: string | undefined },
): Promise<ListPage> {
  const query = new URLSearchParams({
    'list-type': '2',
    prefix,
    ...(token === undefined ? {} : { 'continuation-token': token }),
  });
  const path = `${objectPath(`s3://${bucket}`)}?${query.toString()}`;
  const { body } = await sendObject(caller, { method: 'GET', path });
  const parser = new XMLParser({
    parseTagValue: false,
    htmlEntities: true,
    isArray: (name) => name === 'Contents',
  });
  const result = record(record(parser.parse(body))['ListBucketResult']);
  const { Contents: contents } = result;
  return {
    objects: Array.isArray(contents) ? contents.map(record).map(toListed) : [],
    token: asText(result['NextContinuationToken']),
  };
}

function toListed(object: Json): ListedObject {
  const text = (name: string): string => asText(object[name]) ?? '';
  return {
    Etag: text('ETag'),
    Key: text('Key'),
    LastModified: Math.floor(Date.parse(text('LastModified')) / 1000),
    Size: Number(text('Size')),
    StorageClass: asText(object['StorageClass']) ?? 'STANDARD',
  };
}
