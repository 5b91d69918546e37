import { Duration, type Stack } from 'aws-cdk-lib';
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
import type { ChatFunctions } from '#infra/functions/chat-functions.ts';
import type { Identity } from '#infra/identity.ts';
import type { StreambedFunction } from '#infra/functions/streambed-function.ts';
import { routes, splitRoute, type RouteTarget } from '#protocol/http/routes.ts';

export interface ApiFunctions extends ChatFunctions {
  readonly tasks: StreambedFunction;
  readonly knowledge: StreambedFunction;
  readonly documents: StreambedFunction;
  readonly data: StreambedFunction;
  readonly openApi: StreambedFunction;
}

/** Adds the REST API. Every caller is authenticated and counted by a usage plan. */
export function addApi(stack: Stack, functions: ApiFunctions, identity: Identity): void {
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
  });
  const handlers = handlersOf(functions);
  for (const [route, target] of Object.entries<RouteTarget>(routes)) {
    const [method, path] = splitRoute(route);
    const handler = handlers[target.handler];
    if (handler === undefined) throw new Error(`${route}: there is no function ${target.handler}`);
    const integration = target.transfer === 'streamed' ? streaming(handler) : buffered(handler);
    const options = target.isPublic === true ? publicMethod : {};
    api.root.resourceForPath(path).addMethod(method, integration, options);
  }
  addPlans(stack, api, identity);
  addFailures(api);
}

/**
 * Responds to requests that begin nothing because a function fails to authorize them or is throttled
 * by Lambda. By default, API Gateway sends a 500 without a useful message. A fault of the authorizer
 * has one of two types: the documentation does not say which.
 */
function addFailures(api: RestApi): void {
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
      responseHeaders: { 'Retry-After': "'5'" },
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
