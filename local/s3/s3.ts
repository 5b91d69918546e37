import { join } from 'node:path';
import { AwsError, toAwsError } from '#local/wire/aws-error.ts';
import type { AwsRequest, AwsResponse, Engine } from '#local/wire/aws-exchange.ts';
import type { Clock } from '#local/process/clock.ts';
import type { Disk } from '#local/process/disk.ts';
import { corsHeaders, preflightHeaders } from '#local/function-url/cors.ts';
import { isDecodable } from '#local/wire/read-body.ts';
import { errorBody, xmlResponse, type S3Response } from '#local/s3/s3-response.ts';
import { listObjects } from '#local/s3/listing.ts';
import {
  abortUpload,
  completeUpload,
  createUpload,
  listParts,
  listUploads,
  readElements,
  uploadPart,
} from '#local/s3/multipart.ts';
import { createNotifier, type Deliver } from '#local/s3/notifications.ts';
import { openObjectStore, type ObjectStore } from '#local/s3/object-store.ts';
import {
  copyObject,
  deleteObject,
  getObject,
  notImplemented,
  putObject,
  type ObjectApi,
} from '#local/s3/objects.ts';
import type { BucketDefinition } from '#local/s3/read-buckets.ts';
import { readS3Request, type S3Request } from '#local/s3/s3-request.ts';
import { asText } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { verifyPresigned, verifySigV4 } from '#local/wire/sigv4.ts';

/** The settings of the local S3. */
export interface S3Options {
  /** The data folder, in which the objects are. */
  readonly data: string;
  readonly disk: Disk;
  readonly credentials: Credentials;
  readonly region: string;
  readonly clock: Clock;
  buckets(): readonly BucketDefinition[];
  readonly deliver: Deliver;
}

/** A local S3. */
export interface S3 {
  readonly engine: Engine;
  readonly store: ObjectStore;
  close(): void;
}

/** Starts a local S3 with objects, listings, multipart uploads and presigned URLs, in path style. */
export async function startS3(options: S3Options): Promise<S3> {
  const store = await openObjectStore(join(options.data, 's3'), options.disk);
  const api: ObjectApi = { store, now: options.clock.now, emitEvent: createNotifier(options) };
  const engine: Engine = async (request, response) => {
    const answer = await handleRequest(api, options, request, response.requestId);
    send(answer, request, response);
  };
  return { engine, store, close: () => store.close() };
}

async function handleRequest(
  api: ObjectApi,
  options: S3Options,
  request: AwsRequest,
  requestId: string,
): Promise<S3Response> {
  try {
    if (!isDecodable(request.url.split('?')[0] ?? '')) {
      throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
    }
    const bucketName = decodeURIComponent(request.url.split(/[/?]/u)[1] ?? '');
    const rules = options.buckets().find(({ name }) => name === bucketName)?.cors ?? [];
    if (request.method === 'OPTIONS') return preflight(rules, request);
    verifySignature(request, options.credentials);
    const answer = await route(api, readS3Request(request));
    const origin = request.headers['origin']?.toString();
    const cors = rules.map((rule) => corsHeaders(rule, origin));
    return { ...answer, headers: { ...answer.headers, ...Object.assign({}, ...cors) } };
  } catch (thrown) {
    const { code, message, status, members } = toAwsError(thrown);
    // S3 has its own name for it.
    const Code = code === 'InternalFailure' ? 'InternalError' : code;
    const body = errorBody({ Code, Message: message, ...members, RequestId: requestId });
    return { status, body, headers: { 'content-type': 'application/xml' } };
  }
}

function preflight(rules: BucketDefinition['cors'], { headers }: AwsRequest): S3Response {
  const origin = headers['origin']?.toString();
  const method = headers['access-control-request-method']?.toString() ?? '';
  const rule = rules.find(
    (each) =>
      each.allowMethods.includes(method) &&
      'access-control-allow-origin' in preflightHeaders(each, origin),
  );
  if (rule === undefined) {
    throw new AwsError('AccessForbidden', 'CORSResponse: This CORS request is not allowed.', {
      status: 403,
    });
  }
  return { status: 200, headers: preflightHeaders(rule, origin) };
}

/**
 * Verifies the signature in the header or, for a presigned URL, in the query. Throws errors with S3's
 * own codes.
 */
function verifySignature(request: AwsRequest, credentials: Credentials): void {
  if (/[?&]AWSAccessKeyId=/u.test(request.url)) {
    // Botocore presigns with signature version 2 for endpoints other than AWS's.
    const message = 'The authorization mechanism you have provided is not supported. Please use ';
    throw new AwsError('InvalidRequest', `${message}AWS4-HMAC-SHA256.`, { status: 400 });
  }
  const isPresigned = /[?&]X-Amz-Signature=/u.test(request.url);
  const check = isPresigned ? verifyPresigned : verifySigV4;
  const verdict = check(request, [credentials], Date.now());
  if (verdict.type === 'valid' && verdict.service === 's3') return;
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

async function route(api: ObjectApi, request: S3Request): Promise<S3Response> {
  const { bucket, key } = request;
  const { store, now } = api;
  if (bucket === '') return listBuckets(store);
  const exists = store.buckets().some(({ name }) => name === bucket);
  if (key === '' && request.method === 'PUT' && request.query.size === 0) {
    if (!/^(?!xn--)[a-z\d][a-z\d.-]{1,61}[a-z\d]$/u.test(bucket) || bucket.includes('..')) {
      throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
    }
    store.makeBucket(bucket, now());
    return { status: 200, headers: { location: `/${bucket}` } };
  }
  if (!exists) {
    const members = { BucketName: bucket };
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
      status: 404,
      members,
    });
  }
  const answer = await (key === '' ? routeBucket(api, request) : routeObject(api, request));
  if (answer !== undefined) return answer;
  throw notImplemented();
}

function listBuckets(store: ObjectStore): S3Response {
  const Bucket = store.buckets().map(({ name, createdAt }) => {
    return { Name: name, CreationDate: new Date(createdAt).toISOString() };
  });
  return xmlResponse('ListAllMyBucketsResult', { Owner: { ID: 'local' }, Buckets: { Bucket } });
}

/** The subresources of the query that are not supported here. */
const unsupported =
  /^(?:acl|accelerate|analytics|cors|encryption|inventory|lifecycle|logging|metrics|notification|object-lock|ownershipControls|policy|policyStatus|publicAccessBlock|replication|requestPayment|tagging|torrent|versions|website)$/u;

async function routeBucket(api: ObjectApi, request: S3Request): Promise<S3Response | undefined> {
  const { store } = api;
  const { method, bucket, query } = request;
  if ([...query.keys()].some((name) => unsupported.test(name))) return undefined;
  if (method === 'HEAD') return { status: 200, headers: { 'x-amz-bucket-region': 'us-east-1' } };
  if (method === 'POST' && query.has('delete')) return deleteObjects(api, request);
  if (method === 'DELETE') {
    if (store.list(bucket, '', '').length > 0) {
      throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
        status: 409,
      });
    }
    store.deleteBucket(bucket);
    return { status: 204 };
  }
  if (method !== 'GET') return undefined;
  if (query.has('location')) return xmlResponse('LocationConstraint', '');
  if (query.has('versioning')) return xmlResponse('VersioningConfiguration', '');
  return query.has('uploads') ? listUploads(api, request) : listObjects(store, request);
}

async function deleteObjects(api: ObjectApi, request: S3Request): Promise<S3Response> {
  const keys = readElements(request.body, 'Delete', 'Object').map(({ Key }) => asText(Key) ?? '');
  if (keys.length > 1000) {
    throw new AwsError('MalformedXML', 'A request may name at most 1000 keys');
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
      // UploadPartCopy is not supported.
      if (isUpload && isCopy) return undefined;
      if (isUpload) return uploadPart(api, request);
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
