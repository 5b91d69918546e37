import type { ServiceSettings } from '#local/gateway/service-settings.ts';
import { join } from 'node:path';
import { AwsError, toAwsError } from '#local/wire/aws-error.ts';
import type { AwsRequest, AwsResponse, Engine } from '#local/wire/aws-exchange.ts';
import { isDecodable } from '#local/wire/read-body.ts';
import {
  CorsConfigurations,
  createBucket,
  deleteBucket,
  getLocation,
  headBucket,
  listBuckets,
} from '#local/s3/bucket/buckets.ts';
import { copyObject, uploadPartCopy } from '#local/s3/copies.ts';
import { corsHeaders, preflightHeaders } from '#local/s3/bucket/cors.ts';
import { errorBody, xmlResponse, type S3Response } from '#local/s3/s3-response.ts';
import { listObjects } from '#local/s3/listing.ts';
import {
  abortUpload,
  completeUpload,
  createUpload,
  listParts,
  listUploads,
  uploadPart,
} from '#local/s3/multipart.ts';
import type { NewEvent } from '#local/events/bus/put-events.ts';
import type { Deliver } from '#local/lambda/invoke/delivery.ts';
import { createNotifier } from '#local/s3/notifications.ts';
import { openObjectStore, type ObjectStore } from '#local/s3/object-store.ts';
import {
  deleteObject,
  getObject,
  noSuchBucket,
  notImplemented,
  putObject,
  type ObjectApi,
} from '#local/s3/objects.ts';
import { malformedXml, readElements } from '#local/s3/read-xml.ts';
import type { BucketDefinition } from '#local/s3/read-buckets.ts';
import { readS3Request, type S3Request } from '#local/s3/s3-request.ts';
import { asText } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { verifyPresigned, verifySigV4 } from '#local/wire/sigv4.ts';

/** The settings of the local S3. */
export interface S3Options extends ServiceSettings {
  buckets(): readonly BucketDefinition[];
  readonly deliver: Deliver;
  /** Puts an event on the default event bus. */
  emit(event: NewEvent): void;
}

/** A local S3. */
export interface S3 {
  readonly engine: Engine;
  readonly store: ObjectStore;
  close(): void;
}

/** What the operations work with. */
interface S3Api extends ObjectApi {
  readonly cors: CorsConfigurations;
  readonly credentials: Credentials;
}

/** Starts a local S3 with objects, listings, multipart uploads and presigned URLs, in path style. */
export async function startS3(options: S3Options): Promise<S3> {
  const store = await openObjectStore(join(options.data, 's3'), options.disk);
  const api: S3Api = {
    store,
    now: options.clock.now,
    emitEvent: createNotifier(options),
    cors: new CorsConfigurations(store, options.buckets),
    credentials: options.credentials,
  };
  const engine: Engine = async (request, response) => {
    const answer = await handleRequest(api, request, response.requestId);
    send(answer, request, response);
  };
  return { engine, store, close: () => store.close() };
}

/** A page reads an error only with the headers of CORS, too. */
async function handleRequest(
  api: S3Api,
  request: AwsRequest,
  requestId: string,
): Promise<S3Response> {
  let headers: S3Response['headers'] = {};
  try {
    const rules = api.cors.rulesOf(bucketOf(request));
    if (request.method === 'OPTIONS') {
      return { status: 200, headers: preflightHeaders(rules, request) };
    }
    headers = corsHeaders(rules, request);
    const region = verifySignature(request, api.credentials);
    const answer = await route(api, readS3Request(request), region);
    return { ...answer, headers: { ...answer.headers, ...headers } };
  } catch (thrown) {
    const { code, message, status, members } = toAwsError(thrown);
    // S3 has its own name for it.
    const Code = code === 'InternalFailure' ? 'InternalError' : code;
    const body = errorBody({ Code, Message: message, ...members, RequestId: requestId });
    return { status, body, headers: { ...headers, 'content-type': 'application/xml' } };
  }
}

function bucketOf({ url }: AwsRequest): string {
  if (isDecodable(url.split('?')[0] ?? '')) return decodeURIComponent(url.split(/[/?]/u)[1] ?? '');
  throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
}

/**
 * Verifies the signature in the header or, for a presigned URL, in the query. Returns the Region of
 * the endpoint that it is for. Throws errors with S3's own codes.
 */
function verifySignature(request: AwsRequest, credentials: Credentials): string {
  if (/[?&]AWSAccessKeyId=/u.test(request.url)) {
    // Botocore presigns with signature version 2 for endpoints other than AWS's.
    const message = 'The authorization mechanism you have provided is not supported. Please use ';
    throw new AwsError('InvalidRequest', `${message}AWS4-HMAC-SHA256.`, { status: 400 });
  }
  const isPresigned = /[?&]X-Amz-Signature=/u.test(request.url);
  const check = isPresigned ? verifyPresigned : verifySigV4;
  const verdict = check(request, [credentials], Date.now());
  if (verdict.type === 'valid' && verdict.service === 's3') return verdict.region;
  const code = verdict.type === 'refused' ? errorCodes[verdict.code] : 'AccessDenied';
  const message =
    verdict.type === 'refused' && code !== 'AccessDenied' ? verdict.message : 'Access Denied';
  const hasReason = verdict.type === 'refused' && codesWithReason.has(verdict.code);
  throw new AwsError(code, hasReason ? verdict.message : message, { status: 403 });
}

/** The `AccessDenied` errors for which S3 states the reason. */
const codesWithReason: ReadonlySet<string> = new Set([
  'ExpiredTokenException',
  'UnsignedHeadersException',
]);

const errorCodes = {
  MissingAuthenticationTokenException: 'AccessDenied',
  IncompleteSignatureException: 'AuthorizationHeaderMalformed',
  UnrecognizedClientException: 'InvalidAccessKeyId',
  ExpiredTokenException: 'AccessDenied',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  UnsignedHeadersException: 'AccessDenied',
} as const;

async function route(api: S3Api, request: S3Request, region: string): Promise<S3Response> {
  const { bucket, key, method, query } = request;
  const { store } = api;
  if (bucket === '') return listBuckets(store);
  if (key === '' && method === 'PUT' && query.size === 0) return createBucket(api, request, region);
  if (!store.buckets().some(({ name }) => name === bucket)) throw noSuchBucket(bucket);
  const answer = await (key === '' ? routeBucket(api, request) : routeObject(api, request));
  if (answer !== undefined) return answer;
  throw notImplemented();
}

/** The subresources of the query that are not supported here. */
const unsupported =
  /^(?:acl|accelerate|analytics|encryption|inventory|lifecycle|logging|metrics|notification|object-lock|ownershipControls|policy|policyStatus|publicAccessBlock|replication|requestPayment|tagging|torrent|versions|website)$/u;

async function routeBucket(api: S3Api, request: S3Request): Promise<S3Response | undefined> {
  const { store } = api;
  const { method, query } = request;
  if ([...query.keys()].some((name) => unsupported.test(name))) return undefined;
  if (query.has('cors')) return api.cors.handle(request);
  if (method === 'HEAD') return headBucket(store, request);
  if (method === 'POST' && query.has('delete')) return deleteObjects(api, request);
  if (method === 'DELETE') return deleteBucket(store, request);
  if (method !== 'GET') return undefined;
  if (query.has('location')) return getLocation(store, request);
  if (query.has('versioning')) return xmlResponse('VersioningConfiguration', '');
  return query.has('uploads') ? listUploads(api, request) : listObjects(store, request);
}

async function deleteObjects(api: ObjectApi, request: S3Request): Promise<S3Response> {
  const keys = readElements(request.body, 'Delete', 'Object').map(({ Key }) => asText(Key) ?? '');
  if (keys.length > 1000) {
    throw malformedXml();
  }
  for (const key of keys) await deleteObject(api, { ...request, key });
  return xmlResponse('DeleteResult', { Deleted: keys.map((Key) => ({ Key })) });
}

async function routeObject(api: ObjectApi, request: S3Request): Promise<S3Response | undefined> {
  const { method, query, headers } = request;
  if ([...query.keys()].some((name) => unsupported.test(name))) return undefined;
  const isUpload = query.has('uploadId');
  const isCopy = headers['x-amz-copy-source'] !== undefined;
  switch (method) {
    case 'GET':
      return isUpload ? listParts(api, request) : getObject(api, request);
    case 'HEAD':
      return getObject(api, request);
    case 'PUT':
      if (isUpload) return isCopy ? uploadPartCopy(api, request) : uploadPart(api, request);
      return isCopy ? copyObject(api, request) : putObject(api, request);
    case 'POST':
      if (query.has('uploads')) return createUpload(api, request);
      return isUpload ? completeUpload(api, request) : undefined;
    case 'DELETE':
      return isUpload ? abortUpload(api, request) : deleteObject(api, request);
    default:
      return undefined;
  }
}

/** The response to a HEAD request has no body, not even for an error. */
function send(
  { status, headers = {}, body = '' }: S3Response,
  { method }: AwsRequest,
  response: AwsResponse,
): void {
  const { requestId } = response;
  const isHead = method === 'HEAD';
  const length = isHead ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  response.start(status, {
    ...(status === 204 || status === 304 ? {} : length),
    ...headers,
    'x-amz-request-id': requestId,
  });
  response.end(isHead || status === 204 || status === 304 ? undefined : body);
}
