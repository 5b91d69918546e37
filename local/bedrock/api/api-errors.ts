import { anthropicErrors } from '#local/bedrock/api/anthropic/anthropic-error.ts';
import type { ErrorFormat } from '#local/bedrock/api/error-format.ts';
import { openAiErrors } from '#local/bedrock/api/openai/openai-error.ts';
import type { AwsRequest, AwsResponse } from '#local/wire/aws-exchange.ts';

/** AWS's own errors: the message, and the members of the error's type. */
export const awsErrors: ErrorFormat = {
  requestIdHeader: undefined,
  render: ({ status, message, members }) => ({ status, body: { message, ...members } }),
};

/** Returns how the API that a request is for reports errors, also on paths that it does not have. */
export function errorsOf(request: AwsRequest): ErrorFormat {
  if (isForAnthropic(request)) return anthropicErrors;
  return openAiPath.test(request.url) ? openAiErrors : awsErrors;
}

/**
 * Whether a request is for Anthropic's API. At the root, where both APIs are, Anthropic's has the
 * paths of messages, and the requests with a version of Anthropic's API.
 */
export function isForAnthropic({ url, headers }: AwsRequest): boolean {
  if (anthropicPath.test(url)) return true;
  return rootPath.test(url) && headers['anthropic-version'] !== undefined;
}

const anthropicPath = /^\/(?:anthropic|v1\/messages)(?:[/?]|$)/u;
const openAiPath = /^\/(?:openai|v1)(?:[/?]|$)/u;
const rootPath = /^\/v1\/(?!chat\/|responses|embeddings)/u;

/** Returns a response that has the request id in the API's own header, too. */
export function withRequestId(
  response: AwsResponse,
  { requestIdHeader }: ErrorFormat,
): AwsResponse {
  if (requestIdHeader === undefined) return response;
  const own = { [requestIdHeader]: response.requestId };
  return {
    ...response,
    start: (status, headers) => response.start(status, { ...own, ...headers }),
  };
}
