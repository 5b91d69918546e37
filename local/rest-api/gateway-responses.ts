import { isHeader } from '#local/rest-api/is-header.ts';
import type { ServerResponse } from 'node:http';
import type {
  ApiDefinition,
  GatewayResponseDefinition,
} from '#local/rest-api/definition/api-definition.ts';
import {
  renderTemplate,
  unquote,
  type TemplateVariables,
} from '#local/rest-api/integration/mapping-template.ts';

/** API Gateway's own error responses: response type, status, error type and message. */
const gatewayErrors = {
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
  badResponse: ['DEFAULT_5XX', 502, 'InternalServerErrorException', 'Internal server error'],
  badSignature: ['INVALID_SIGNATURE', 403, 'InvalidSignatureException', ''],
  denied: [
    'ACCESS_DENIED',
    403,
    'AccessDeniedException',
    'User is not authorized to access this resource with an explicit deny',
  ],
  limitExceeded: ['QUOTA_EXCEEDED', 429, 'LimitExceededException', 'Limit Exceeded'],
  networkError: [
    'INTEGRATION_FAILURE',
    504,
    'InternalServerErrorException',
    'Network error communicating with endpoint',
  ],
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
  unsupportedMediaType: [
    'UNSUPPORTED_MEDIA_TYPE',
    415,
    'BadRequestException',
    'Unsupported Media Type',
  ],
} as const;

export type GatewayError = keyof typeof gatewayErrors;

/** Errors whose body has `Message` instead of `message`. */
const capitalisedErrors: ReadonlySet<GatewayError> = new Set(['accessDenied', 'denied']);

/** What a gateway response is made from. `context` is `$context` in its template. */
export interface GatewayResponseContext {
  readonly api: ApiDefinition;
  readonly response: ServerResponse;
  readonly context: Readonly<Record<string, unknown>>;
}

/**
 * Sends an error of API Gateway, with the status, headers and body that the API customises. Does
 * nothing if the response has begun.
 */
export function sendGatewayError(
  { api, response, context }: GatewayResponseContext,
  kind: GatewayError,
  customMessage?: string,
): void {
  if (response.headersSent) return;
  const [type, defaultStatus, errorType, defaultMessage] = gatewayErrors[kind];
  const message = customMessage ?? defaultMessage;
  const customised = findGatewayResponse(api, type, defaultStatus);
  const status = customised?.status ?? defaultStatus;
  const headers = {
    'content-type': 'application/json',
    'x-amzn-ErrorType': errorType,
    ...headersOf(customised),
  };
  const error = { message, messageString: JSON.stringify(message), responseType: type };
  const template = customised?.templates['application/json'];
  const defaultBody = JSON.stringify(
    capitalisedErrors.has(kind) ? { Message: message } : { message },
  );
  const body =
    template === undefined
      ? defaultBody
      : renderOrDefault(template, { context: { ...context, error } }, defaultBody);
  response.writeHead(status, headers).end(body);
}

/** Renders a template. Logs an error and returns the default body if the template is invalid. */
function renderOrDefault(
  template: string,
  variables: TemplateVariables,
  defaultBody: string,
): string {
  try {
    return renderTemplate(template, variables);
  } catch (error) {
    console.error(`a gateway response  ! ${String(error)}`);
    return defaultBody;
  }
}

function findGatewayResponse(
  { gatewayResponses }: ApiDefinition,
  type: string,
  status: number,
): GatewayResponseDefinition | undefined {
  const defaultType = status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
  return gatewayResponses.get(type) ?? gatewayResponses.get(defaultType);
}

function headersOf(
  definition: GatewayResponseDefinition | undefined,
): Readonly<Record<string, string>> {
  const entries = Object.entries(definition?.parameters ?? {})
    .map(([name, value]) => [name.replace('gatewayresponse.header.', ''), unquote(value)] as const)
    .filter(([name, value]) => isHeader(name, value));
  return Object.fromEntries(entries);
}
