import { validateHeaderName, validateHeaderValue, type ServerResponse } from 'node:http';
import type {
  ApiDefinition,
  GatewayResponseDefinition,
} from '#local/rest-api/definition/api-definition.ts';
import {
  renderTemplate,
  unquote,
  type TemplateVariables,
} from '#local/rest-api/integration/mapping-template.ts';

/** What API Gateway itself answers: response type, status, error type and words. */
const answers = {
  accessDenied: [
    'ACCESS_DENIED',
    403,
    'AccessDeniedException',
    'User is not authorized to access this resource',
  ],
  authorizerFailure: [
    'AUTHORIZER_CONFIGURATION_ERROR',
    500,
    'AuthorizerConfigurationException',
    null,
  ],
  badBody: ['BAD_REQUEST_BODY', 400, 'BadRequestException', 'Invalid request body'],
  badKey: ['INVALID_API_KEY', 403, 'ForbiddenException', 'Forbidden'],
  badParameters: ['BAD_REQUEST_PARAMETERS', 400, 'BadRequestException', ''],
  badPath: ['DEFAULT_4XX', 400, 'BadRequestException', 'Bad Request'],
  badReply: ['DEFAULT_5XX', 502, 'InternalServerErrorException', 'Internal server error'],
  badSignature: ['INVALID_SIGNATURE', 403, 'InvalidSignatureException', ''],
  denied: [
    'ACCESS_DENIED',
    403,
    'AccessDeniedException',
    'User is not authorized to access this resource with an explicit deny',
  ],
  foreignOrigin: [
    'ACCESS_DENIED',
    403,
    'AccessDeniedException',
    'Pages of other origins are not answered here',
  ],
  limitExceeded: ['QUOTA_EXCEEDED', 429, 'LimitExceededException', 'Limit Exceeded'],
  noFunction: [
    'API_CONFIGURATION_ERROR',
    500,
    'InternalServerErrorException',
    'Internal server error',
  ],
  noToken: ['UNAUTHORIZED', 401, 'UnauthorizedException', 'Unauthorized'],
  throttled: ['THROTTLED', 429, 'TooManyRequestsException', 'Too Many Requests'],
  timeout: [
    'INTEGRATION_TIMEOUT',
    504,
    'InternalServerErrorException',
    'Endpoint request timed out',
  ],
  tooLarge: ['REQUEST_TOO_LARGE', 413, 'RequestTooLargeException', 'Request Too Long'],
  unhosted: [
    'INTEGRATION_FAILURE',
    501,
    'NotImplementedException',
    'This integration is not hosted here',
  ],
  unknownRoute: [
    'MISSING_AUTHENTICATION_TOKEN',
    403,
    'MissingAuthenticationTokenException',
    'Missing Authentication Token',
  ],
} as const;

export type GatewayError = keyof typeof answers;

/** Answers that say `Message` instead of `message`. */
const inCapitals: ReadonlySet<GatewayError> = new Set(['accessDenied', 'denied']);

export interface GatewayResponseContext {
  readonly api: ApiDefinition;
  readonly response: ServerResponse;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Answers in API Gateway's own words, or in those that the API has for them. */
export function say(
  { api, response, context }: GatewayResponseContext,
  kind: GatewayError,
  words?: string,
): void {
  if (response.headersSent) return;
  const [type, ordinaryStatus, errorType, ordinaryWords] = answers[kind];
  const message = words ?? ordinaryWords;
  const own = customised(api, type, ordinaryStatus);
  const status = own?.status ?? ordinaryStatus;
  const headers = {
    'content-type': 'application/json',
    'x-amzn-ErrorType': errorType,
    ...headersOf(own),
  };
  const error = { message, messageString: JSON.stringify(message), responseType: type };
  const template = own?.templates['application/json'];
  const plain = JSON.stringify(inCapitals.has(kind) ? { Message: message } : { message });
  const body =
    template === undefined ? plain : rendered(template, { context: { ...context, error } }, plain);
  response.writeHead(status, headers).end(body);
}

/** A template that cannot be rendered must not keep anybody waiting. */
function rendered(template: string, variables: TemplateVariables, otherwise: string): string {
  try {
    return renderTemplate(template, variables);
  } catch (error) {
    console.error(`a gateway response  ! ${String(error)}`);
    return otherwise;
  }
}

function customised(
  { gatewayResponses }: ApiDefinition,
  type: string,
  status: number,
): GatewayResponseDefinition | undefined {
  const general = status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
  return gatewayResponses.get(type) ?? gatewayResponses.get(general);
}

function headersOf(own: GatewayResponseDefinition | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(own?.parameters ?? {})
    .map(([name, value]) => [name.replace('gatewayresponse.header.', ''), unquote(value)] as const)
    .filter(([name, value]) => isHeader(name, value));
  return Object.fromEntries(entries);
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
