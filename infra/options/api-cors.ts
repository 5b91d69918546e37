import { Duration, type Stack } from 'aws-cdk-lib';
import {
  CfnGatewayResponse,
  Resource,
  ResponseType,
  RestApi,
  type CorsOptions,
} from 'aws-cdk-lib/aws-apigateway';
import { functionsOf, partsOf } from '#infra/options/stack-parts.ts';
import { routes } from '#protocol/http/routes.ts';

/** The headers of requests. A `*` would not include `Authorization`. */
const requestHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Last-Event-ID',
  'X-Api-Key',
];

/** Lets pages of these origins call the REST API from a browser. */
export function addApiCors(stack: Stack, origins: readonly string[]): void {
  for (const resource of partsOf(stack, Resource)) resource.addCorsPreflight(preflight(origins));
  // A function adds the header to its responses itself.
  const handlers = new Set<string>(Object.values(routes).map(({ handler }) => handler));
  for (const each of functionsOf(stack)) {
    if (handlers.has(each.bundle)) each.addEnvironment('API_ORIGINS', origins.join(','));
  }
  for (const api of partsOf(stack, RestApi)) {
    api.addGatewayResponse('ClientError', { type: ResponseType.DEFAULT_4XX });
    api.addGatewayResponse('ServerError', { type: ResponseType.DEFAULT_5XX });
  }
  for (const response of partsOf(stack, CfnGatewayResponse)) {
    response.responseParameters = {
      ...response.responseParameters,
      // API Gateway cannot compare origins here. Its own errors have nothing that is secret.
      'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
    };
  }
}

function preflight(origins: readonly string[]): CorsOptions {
  return {
    allowOrigins: [...origins],
    allowHeaders: requestHeaders,
    maxAge: Duration.minutes(10),
  };
}
