import { readLocation, regionOf, defaultRegion } from '#local/s3/bucket/location.ts';
import { parseCorsRules, renderCorsRules, type CorsRule } from '#local/s3/bucket/cors-rules.ts';
import type { ObjectStore } from '#local/s3/object-store.ts';
import type { ObjectApi } from '#local/s3/objects.ts';
import type { BucketDefinition } from '#local/s3/read-buckets.ts';
import { xmlResponse, type S3Response } from '#local/s3/s3-response.ts';
import type { S3Request } from '#local/s3/s3-request.ts';
import { AwsError } from '#local/wire/aws-error.ts';

/** Handles ListBuckets. */
export function listBuckets(store: ObjectStore): S3Response {
  const Bucket = store.buckets().map(({ name, createdAt }) => {
    return { Name: name, CreationDate: new Date(createdAt).toISOString() };
  });
  return xmlResponse('ListAllMyBucketsResult', { Owner: { ID: 'local' }, Buckets: { Bucket } });
}

/**
 * Handles CreateBucket at the endpoint of a Region. Throws S3's error for a name or location that it
 * does not allow. Only us-east-1 lets an owner create a bucket again.
 */
export function createBucket(
  { store, now }: ObjectApi,
  { bucket, body }: S3Request,
  endpointRegion: string,
): S3Response {
  if (!/^(?!xn--)[a-z\d][a-z\d.-]{1,61}[a-z\d]$/u.test(bucket) || bucket.includes('..')) {
    throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
  }
  const location = readLocation(body, endpointRegion);
  const existing = store.buckets().find(({ name }) => name === bucket);
  const isSame = existing?.location === location && location === '';
  if (existing !== undefined && !(isSame && endpointRegion === defaultRegion)) {
    const message =
      'Your previous request to create the named bucket succeeded and you already own it.';
    throw new AwsError('BucketAlreadyOwnedByYou', message, {
      status: 409,
      members: { BucketName: bucket },
    });
  }
  store.makeBucket({ name: bucket, createdAt: Math.floor(now()), location });
  return { status: 200, headers: { location: `/${bucket}` } };
}

/** Handles HeadBucket. */
export function headBucket(store: ObjectStore, { bucket }: S3Request): S3Response {
  return { status: 200, headers: { 'x-amz-bucket-region': regionOf(locationOf(store, bucket)) } };
}

/** Handles GetBucketLocation. */
export function getLocation(store: ObjectStore, { bucket }: S3Request): S3Response {
  return xmlResponse('LocationConstraint', locationOf(store, bucket));
}

function locationOf(store: ObjectStore, bucket: string): string {
  return store.buckets().find(({ name }) => name === bucket)?.location ?? '';
}

/** Handles DeleteBucket. Throws S3's error if it has objects. */
export function deleteBucket(store: ObjectStore, { bucket }: S3Request): S3Response {
  if (store.list(bucket, '', '').length > 0) {
    throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
      status: 409,
    });
  }
  store.deleteBucket(bucket);
  return { status: 204 };
}

/** The CORS rules of buckets: those of the template, until a request changes them. */
export class CorsConfigurations {
  readonly #store: ObjectStore;
  readonly #definitions: () => readonly BucketDefinition[];

  constructor(store: ObjectStore, definitions: () => readonly BucketDefinition[]) {
    this.#store = store;
    this.#definitions = definitions;
  }

  rulesOf(bucket: string): readonly CorsRule[] {
    const defined = this.#definedRules(bucket);
    const changed = this.#store.findCors(bucket);
    // As in a deployment, a change in the template replaces what was there.
    if (changed === undefined || changed.base !== JSON.stringify(defined)) return defined;
    return changed.body === '' ? [] : parseCorsRules(Buffer.from(changed.body));
  }

  /** Handles GetBucketCors, PutBucketCors and DeleteBucketCors. */
  handle({ method, bucket, body }: S3Request): S3Response | undefined {
    switch (method) {
      case 'GET':
        return this.#get(bucket);
      case 'PUT':
        parseCorsRules(body);
        this.#change(bucket, body.toString('utf8'));
        return { status: 200 };
      case 'DELETE':
        this.#change(bucket, '');
        return { status: 204 };
      default:
        return undefined;
    }
  }

  #get(bucket: string): S3Response {
    const rules = this.rulesOf(bucket);
    if (rules.length > 0) return xmlResponse('CORSConfiguration', renderCorsRules(rules));
    throw new AwsError('NoSuchCORSConfiguration', 'The CORS configuration does not exist', {
      status: 404,
      members: { BucketName: bucket },
    });
  }

  #change(bucket: string, body: string): void {
    this.#store.putCors(bucket, { body, base: JSON.stringify(this.#definedRules(bucket)) });
  }

  #definedRules(bucket: string): readonly CorsRule[] {
    return this.#definitions().find(({ name }) => name === bucket)?.cors ?? [];
  }
}
