import type {
  ServiceCaller,
  ServiceRequest,
  ServiceResponse,
} from '#local/gateway/service-caller.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { sdkErrors, serviceError } from '#local/step-functions/integrations/service-errors.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Gets or puts an object as the SDK does. */
export async function callS3(
  caller: ServiceCaller,
  action: string,
  parameters: Json,
): Promise<unknown> {
  const uri = `s3://${asText(parameters['Bucket'])}/${asText(parameters['Key'])}`;
  return action === 'getObject' ? getObject(caller, uri) : putObject(caller, uri, parameters);
}

/** Every object of S3 is encrypted. */
const encryption = { ServerSideEncryption: 'AES256' };

async function getObject(caller: ServiceCaller, uri: string): Promise<unknown> {
  const { body, headers } = await sendObject(caller, { method: 'GET', path: objectPath(uri) });
  const changed = headers.get('last-modified');
  const metadata = [...headers].filter(([name]) => name.startsWith('x-amz-meta-'));
  return {
    AcceptRanges: 'bytes',
    Body: body,
    ContentLength: Number(headers.get('content-length') ?? Buffer.byteLength(body)),
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

/** Sends a request to S3. Throws a `StatesError` if it returns an error. */
export async function sendObject(
  caller: ServiceCaller,
  request: ServiceRequest,
): Promise<ServiceResponse> {
  const response = await caller.send('s3', request);
  if (response.error !== undefined) throw serviceError(sdkErrors('S3'), response);
  return response;
}

/** Returns the path of an object in requests. Throws a `StatesError` for one that a URL would change. */
export function objectPath(uri: string): string {
  return uri
    .replace(/^s3:\/\//u, '/')
    .split('/')
    .map(encodeSegment)
    .join('/');
}

/** Throws for the segments `.` and `..`, which a URL would resolve, perhaps to another bucket. */
function encodeSegment(segment: string): string {
  if (!/^\.{1,2}$/u.test(segment)) return encodeURIComponent(segment);
  throw new StatesError('S3.InvalidURI', 'Keys with . or .. between slashes are not hosted here');
}
