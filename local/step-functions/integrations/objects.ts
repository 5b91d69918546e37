import type { ServiceCaller } from '#local/gateway/service-caller.ts';
import type { ListedObject, Objects } from '#local/step-functions/distributed/objects.ts';
import { listObjects } from '#local/step-functions/integrations/s3-lists.ts';
import { objectPath, sendObject } from '#local/step-functions/integrations/s3-requests.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Returns access to the objects in S3 for distributed Map states. */
export function createObjects(caller: ServiceCaller): Objects {
  return {
    async read({ bucket, key }) {
      const path = objectPath(`s3://${bucket}/${key}`);
      return (await sendObject(caller, { method: 'GET', path })).bytes;
    },
    async list(Bucket, Prefix) {
      const listed: ListedObject[] = [];
      let ContinuationToken: unknown;
      do {
        const page = await listObjects(caller, { Bucket, Prefix, ContinuationToken });
        const { Contents: contents } = page;
        if (Array.isArray(contents)) listed.push(...contents.map(record).map(toListed));
        ContinuationToken = page['NextContinuationToken'];
      } while (ContinuationToken !== undefined);
      return listed;
    },
    async write({ bucket, key }, body) {
      const path = objectPath(`s3://${bucket}/${key}`);
      await sendObject(caller, { method: 'PUT', path, body });
    },
  };
}

function toListed(object: Json): ListedObject {
  return {
    Etag: asText(object['ETag']) ?? '',
    Key: asText(object['Key']) ?? '',
    LastModified: Math.floor(Date.parse(String(object['LastModified'])) / 1000),
    Size: Number(object['Size']),
    StorageClass: asText(object['StorageClass']) ?? 'STANDARD',
  };
}
