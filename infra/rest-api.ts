import { Duration, Fn, type Stack } from 'aws-cdk-lib';
import {
  ApiKey,
  ApiKeySourceType,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  ResponseTransferMode,
  ResponseType,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { acknowledge } from '#infra/acknowledge.ts';
import type { ChatFunctions } from '#infra/functions/chat-functions.ts';
import type { Identity } from '#infra/identity.ts';
import type { StreambedFunction } from '#infra/functions/streambed-function.ts';
import { corsRequestHeaders } from '#protocol/http/cors.ts';
import { routes, splitRoute, type RouteTarget } from '#protocol/http/routes.ts';

export interface ApiFunctions extends ChatFunctions {
  readonly tasks: StreambedFunction;
  readonly knowledge: StreambedFunction;
  readonly documents: StreambedFunction;
  readonly data: StreambedFunction;
  readonly openApi: StreambedFunction;
}

/**
 * Adds the REST API. Every caller is authenticated and counted by a usage plan. Pages of the origins
 * may call it from browsers; the first one also reads errors of API Gateway itself.
 */
export function addApi(
  stack: Stack,
  functions: ApiFunctions,
  identity: Identity,
  origins: readonly string[],
): void {
  const api = new RestApi(stack, 'Api', {
    restApiName: 'streambed',
    endpointTypes: [EndpointType.REGIONAL],
    cloudWatchRole: false,
    deployOptions: { stageName: 'prod' },
    // The authorizer returns a key sent as a bearer token, or the shared key of signed-in users.
    apiKeySourceType: ApiKeySourceType.AUTHORIZER,
    defaultMethodOptions: {
      apiKeyRequired: true,
      authorizer: identity.authorizer,
      authorizationType: AuthorizationType.CUSTOM,
    },
    defaultCorsPreflightOptions: {
      allowOrigins: [...origins],
      allowHeaders: corsRequestHeaders,
      maxAge: Duration.hours(2),
    },
  });
  for (const each of Object.values(functions)) {
    each.addEnvironment('API_ORIGINS', Fn.join(',', [...origins]));
  }
  const handlers = handlersOf(functions);
  for (const [route, target] of Object.entries<RouteTarget>(routes)) {
    const [method, path] = splitRoute(route);
    const handler = handlers[target.handler];
    if (handler === undefined) throw new Error(`${route}: there is no function ${target.handler}`);
    const integration = target.transfer === 'streamed' ? streaming(handler) : buffered(handler);
    const options = target.isPublic === true ? publicMethod : {};
    const added = api.root.resourceForPath(path).addMethod(method, integration, options);
    if (target.isPublic === true) {
      acknowledge(added, { APIG4: 'Callers read the description of the API without credentials.' });
    }
  }
  addPlans(stack, api, identity);
  addFailures(api, origins[0]);
  acknowledge(api, {
    APIG1: 'Access logs are an option: apiAccessLogs.',
    APIG2: 'The functions check every request, and name the field that is wrong.',
    APIG3: 'WAF is an option: waf.',
    APIG6: 'Execution logs have headers and bodies of requests.',
    COG4: 'The authorizer checks tokens of the user pool and of other issuers, and API keys.',
  });
}

/**
 * Responds to requests that begin nothing because a function fails to authorize them or is throttled
 * by Lambda. By default, API Gateway sends a 500 without a useful message. A fault of the authorizer
 * has one of two types: the documentation does not say which.
 */
function addFailures(api: RestApi, page = ''): void {
  // Gateway responses can name one origin only.
  const readable = { 'Access-Control-Allow-Origin': `'${page}'`, Vary: "'Origin'" };
  api.addGatewayResponse('Default4xx', {
    type: ResponseType.DEFAULT_4XX,
    responseHeaders: readable,
  });
  api.addGatewayResponse('Default5xx', {
    type: ResponseType.DEFAULT_5XX,
    responseHeaders: readable,
  });
  const notIdentified =
    'The caller could not be identified at the moment. Try again in a few seconds.';
  const busy = 'Too many requests are running at the moment. Try again in a few seconds.';
  const failures = [
    ['AuthorizerFailure', ResponseType.AUTHORIZER_FAILURE, notIdentified],
    ['AuthorizerConfigurationError', ResponseType.AUTHORIZER_CONFIGURATION_ERROR, notIdentified],
    ['ApiConfigurationError', ResponseType.API_CONFIGURATION_ERROR, busy],
  ] as const;
  for (const [id, type, message] of failures) {
    api.addGatewayResponse(id, {
      type,
      statusCode: '503',
      responseHeaders: { ...readable, 'Retry-After': "'5'" },
      templates: { 'application/json': JSON.stringify({ message }) },
    });
  }
}

function addPlans(stack: Stack, api: RestApi, { signedInKey }: Identity): void {
  const apiStages = [{ stage: api.deploymentStage }];
  const plan = api.addUsagePlan('DefaultPlan', {
    apiStages,
    throttle: { rateLimit: 50, burstLimit: 500 },
  });
  plan.addApiKey(new ApiKey(stack, 'DefaultApiKey'));
  // For all signed-in users together; each of them has limits of their own.
  const signedIn = api.addUsagePlan('SignedInPlan', {
    apiStages,
    throttle: { rateLimit: 100, burstLimit: 500 },
  });
  signedIn.addApiKey(new ApiKey(stack, 'SignedInApiKey', { value: signedInKey }));
}

/** Callers read the description of the API before they have credentials. */
const publicMethod = { apiKeyRequired: false, authorizationType: AuthorizationType.NONE };

/** Returns the functions by the names of their handlers in the route table. */
function handlersOf(functions: ApiFunctions): Readonly<Record<string, StreambedFunction>> {
  return {
    chat: functions.chat,
    'chat-buffered': functions.chatBuffered,
    conversations: functions.history,
    'conversation-stream': functions.stream,
    data: functions.data,
    documents: functions.documents,
    knowledge: functions.knowledge,
    openai: functions.openAi,
    openapi: functions.openApi,
    tasks: functions.tasks,
  };
}

function buffered(handler: StreambedFunction): LambdaIntegration {
  return new LambdaIntegration(handler, { allowTestInvoke: false });
}

function streaming(handler: StreambedFunction): LambdaIntegration {
  return new LambdaIntegration(handler, {
    allowTestInvoke: false,
    responseTransferMode: ResponseTransferMode.STREAM,
    timeout: Duration.minutes(5),
  });
}
