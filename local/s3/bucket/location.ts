import { malformedXml, readRoot } from '#local/s3/read-xml.ts';
import { AwsError } from '#local/wire/aws-error.ts';

/** The Region of buckets without a location constraint. */
export const defaultRegion = 'us-east-1';

const regions: ReadonlySet<string> = new Set(
  (
    'af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ' +
    'ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ' +
    'ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 EU eu-central-1 eu-central-2 ' +
    'eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 ' +
    'me-south-1 mx-central-1 sa-east-1 us-east-2 us-west-1 us-west-2'
  ).split(' '),
);

/**
 * Returns the location constraint of a CreateBucket request, which is empty for us-east-1. Throws
 * S3's error for one that the Region's endpoint does not take: us-east-1 takes every other Region or
 * none, and another Region only itself.
 */
export function readLocation(body: Buffer, endpointRegion: string): string {
  const constraint = readConstraint(body);
  if (constraint !== '' && !regions.has(constraint)) {
    throw new AwsError(
      'InvalidLocationConstraint',
      'The specified location-constraint is not valid',
      {
        members: { LocationConstraint: constraint },
      },
    );
  }
  if (endpointRegion === defaultRegion || regionOf(constraint) === endpointRegion)
    return constraint;
  const name = constraint === '' ? 'unspecified' : constraint;
  const message = `The ${name} location constraint is incompatible for the region specific endpoint this request was sent to.`;
  throw new AwsError('IllegalLocationConstraintException', message);
}

function readConstraint(body: Buffer): string {
  if (body.length === 0) return '';
  const { LocationConstraint: constraint = '' } = readRoot(body, 'CreateBucketConfiguration');
  if (typeof constraint !== 'string') throw malformedXml();
  return constraint;
}

/** Returns the Region of a location constraint. `EU` is an old name. */
export function regionOf(constraint: string): string {
  if (constraint === '') return defaultRegion;
  return constraint === 'EU' ? 'eu-west-1' : constraint;
}

/** Returns the location constraint of a bucket in a Region. */
export function locationIn(region: string): string {
  return region === defaultRegion ? '' : region;
}
