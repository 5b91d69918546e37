import type { ServiceResponse } from '#local/gateway/service-caller.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { requestId } from '#local/step-functions/integrations/metadata.ts';

/** How errors of a service are named in a kind of integration. */
export interface ErrorNames {
  /** The part before the dot. */
  readonly prefix: string;
  /** The name of the service in a cause. */
  readonly service: string;
  /** The error for every code that the service's client has no exception for. */
  readonly other: string;
  /** Optimized integrations describe errors as version 1 of the SDK for Java, others as version 2. */
  readonly version: 1 | 2;
}

/** The error names of optimized integrations. */
export const optimizedErrors = {
  dynamodb: {
    prefix: 'DynamoDB',
    service: 'AmazonDynamoDBv2',
    other: 'AmazonDynamoDBException',
    version: 1,
  },
  events: {
    prefix: 'EventBridge',
    service: 'AmazonCloudWatchEvents',
    other: 'AmazonCloudWatchEventsException',
    version: 1,
  },
  lambda: { prefix: 'Lambda', service: 'AWSLambda', other: 'AWSLambdaException', version: 1 },
  sns: { prefix: 'SNS', service: 'AmazonSNS', other: 'AmazonSNSException', version: 1 },
  sqs: { prefix: 'SQS', service: 'AmazonSQS', other: 'AmazonSQSException', version: 1 },
  states: {
    prefix: 'StepFunctions',
    service: 'AWSStepFunctions',
    other: 'AWSStepFunctionsException',
    version: 1,
  },
} as const satisfies Readonly<Record<string, ErrorNames>>;

/** Returns the error names of SDK integrations, and of new optimized ones. */
export function sdkErrors(prefix: string, service = prefix): ErrorNames {
  return { prefix, service, other: `${service}Exception`, version: 2 };
}

/** Codes for which no client has an exception, in services other than S3. */
const commonCodes =
  /^(?:AccessDenied|ExpiredToken|IncompleteSignature|InternalFailure|InvalidAction|InvalidClientTokenId|InvalidParameter|MissingAuthenticationToken|MissingParameter|NotAuthorized|OptInRequired|RequestExpired|Serialization|SignatureDoesNotMatch|UnknownOperation|UnrecognizedClient)/u;

/** Services whose clients have an exception for failed validation. */
const validating: ReadonlySet<string> = new Set(['Bedrock', 'Sfn', 'StepFunctions']);

/** The codes of S3 for which its clients have an exception. */
const s3Codes: ReadonlySet<string> = new Set([
  'BucketAlreadyExists',
  'BucketAlreadyOwnedByYou',
  'InvalidObjectState',
  'NoSuchBucket',
  'NoSuchKey',
  'NoSuchUpload',
]);

/** Returns the error of a task whose service returned an error. */
export function serviceError(names: ErrorNames, response: ServiceResponse): StatesError {
  const { code, message } = response.error ?? { code: 'Unknown', message: '' };
  return new StatesError(`${names.prefix}.${errorName(names, code)}`, toCause(names, response));

  function toCause({ service, version }: ErrorNames, { status, headers }: ServiceResponse): string {
    const id = `Request ID: ${requestId(response)}`;
    if (version === 1)
      return `${message} (Service: ${service}; Status Code: ${status}; Error Code: ${code}; ${id}; Proxy: null)`;
    const extended = headers.get('x-amz-id-2');
    const more = service === 'S3' ? [`Extended Request ID: ${extended ?? ''}`] : [];
    return `${message} (${[`Service: ${service}`, `Status Code: ${status}`, id, ...more].join(', ')})`;
  }
}

function errorName({ prefix, service, other }: ErrorNames, code: string): string {
  const isBedrock = service.startsWith('Bedrock');
  const isOther =
    prefix === 'S3'
      ? !s3Codes.has(code)
      : !isBedrock &&
        (commonCodes.test(code) || (code.startsWith('Validation') && !validating.has(prefix)));
  if (isOther) return other;
  return code.endsWith('Exception') ? code : `${code}Exception`;
}
