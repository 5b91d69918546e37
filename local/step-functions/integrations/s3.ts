import type { ServiceCaller } from '#local/gateway/service-caller.ts';
import { listObjects } from '#local/step-functions/integrations/s3-lists.ts';
import { objectPath, sendObject } from '#local/step-functions/integrations/s3-requests.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Calls an action on objects as the SDK does. */
export async function callS3(
  caller: ServiceCaller,
  action: string,
  parameters: Json,
): Promise<unknown> {
  const uri = `s3://${asText(parameters['Bucket'])}/${asText(parameters['Key'])}`;
  switch (action) {
    case 'deleteObject':
      await sendObject(caller, { method: 'DELETE', path: objectPath(uri) });
      return {};
    case 'getObject':
      return getObject(caller, uri);
    case 'headObject':
      return headObject(caller, uri);
    case 'listObjects':
      return listObjects(caller, parameters, 1);
    case 'listObjectsV2':
      return listObjects(caller, parameters);
    default:
      return putObject(caller, uri, parameters);
  }
}

/** Every object of S3 is encrypted. */
const encryption = { ServerSideEncryption: 'AES256' };

async function getObject(caller: ServiceCaller, uri: string): Promise<unknown> {
  const { body, headers } = await sendObject(caller, { method: 'GET', path: objectPath(uri) });
  return { ...describeObject(headers, Buffer.byteLength(body)), Body: body };
}

async function headObject(caller: ServiceCaller, uri: string): Promise<unknown> {
  const { headers } = await sendObject(caller, { method: 'HEAD', path: objectPath(uri) });
  return describeObject(headers, 0);
}

function describeObject(headers: Headers, byteLength: number): Json {
  const changed = headers.get('last-modified');
  const metadata = [...headers].filter(([name]) => name.startsWith('x-amz-meta-'));
  return {
    AcceptRanges: 'bytes',
    ContentLength: Number(headers.get('content-length') ?? byteLength),
    ContentType: headers.get('content-type') ?? 'binary/octet-stream',
    ETag: headers.get('etag') ?? '',
    ...(changed === null ? {} : { LastModified: new Date(changed).toISOString() }),
    Metadata: Object.fromEntries(
      metadata.map(([name, value]) => [name.slice('x-amz-meta-'.length), value]),
    ),
    ...encryption,
  };
}

async function putObject(caller: ServiceCaller, uri: string, parameters: Json): Promise<unknown> {
  const { Body, ContentType, Metadata } = parameters;
  const type = asText(ContentType);
  const metadata = Object.entries(record(Metadata)).map(
    ([name, value]) => [`x-amz-meta-${name}`, String(value)] as const,
  );
  const { headers } = await sendObject(caller, {
    method: 'PUT',
    path: objectPath(uri),
    headers: {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...Object.fromEntries(metadata),
    },
    body: typeof Body === 'string' ? Body : JSON.stringify(Body ?? ''),
  });
  return { ETag: headers.get('etag') ?? '', ...encryption };
}

/** Returns the text of an object. Throws a `StatesError` if there is none. */
export async function readObject(caller: ServiceCaller, uri: string): Promise<string> {
  return (await sendObject(caller, { method: 'GET', path: objectPath(uri) })).body;
}

/** Writes a text to an object. Throws a `StatesError` if the bucket refuses it. */
export async function writeObject(caller: ServiceCaller, uri: string, body: string): Promise<void> {
  await sendObject(caller, { method: 'PUT', path: objectPath(uri), body });
}
