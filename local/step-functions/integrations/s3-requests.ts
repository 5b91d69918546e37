import type {
  ServiceCaller,
  ServiceRequest,
  ServiceResponse,
} from '#local/gateway/service-caller.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { sdkErrors, serviceError } from '#local/step-functions/integrations/service-errors.ts';

/** Sends a request to S3. Throws a `StatesError` if it returns an error. */
export async function sendObject(
  caller: ServiceCaller,
  request: ServiceRequest,
): Promise<ServiceResponse> {
  const response = await caller.send('s3', request);
  if (response.error === undefined) return response;
  // The response to HEAD has no body that could say which error it is.
  const isMissing = request.method === 'HEAD' && response.status === 404;
  const error = isMissing ? { code: 'NoSuchKey', message: 'null' } : response.error;
  throw serviceError(sdkErrors('S3'), { ...response, error });
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
