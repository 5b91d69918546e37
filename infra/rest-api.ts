import { Duration, type Stack } from 'aws-cdk-lib';
import {
  ApiKey,
  ApiKeySourceType,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  ResponseTransferMode,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { ChatFunctions } from '#infra/functions/chat-functions.ts';
import type { Identity } from '#infra/identity.ts';
import type { StreambedFunction } from '#infra/functions/streambed-function.ts';

export interface ApiFunctions extends ChatFunctions {
  readonly tasks: StreambedFunction;
  readonly knowledge: StreambedFunction;
  readonly documents: StreambedFunction;
  readonly openApi: StreambedFunction;
}

/** The REST API: whoever calls is known, and counts in a plan. */
export function addApi(stack: Stack, functions: ApiFunctions, identity: Identity): void {
  const { chat, chatBuffered, history, stream, openAi, tasks, knowledge, documents } = functions;
  const api = new RestApi(stack, 'Api', {
    restApiName: 'streambed',
    endpointTypes: [EndpointType.REGIONAL],
    cloudWatchRole: false,
    deployOptions: { stageName: 'prod' },
    // A key that came as a bearer, or that stands for those who signed in.
    apiKeySourceType: ApiKeySourceType.AUTHORIZER,
    defaultMethodOptions: {
      apiKeyRequired: true,
      authorizer: identity.authorizer,
      authorizationType: AuthorizationType.CUSTOM,
    },
  });
  const door = (path: string): { streams: Add; answers: Add } => {
    const resource = api.root.resourceForPath(path);
    return {
      streams: (by, ...methods) =>
        methods.forEach((method) => resource.addMethod(method, streaming(by))),
      answers: (by, ...methods) =>
        methods.forEach((method) => resource.addMethod(method, buffered(by))),
    };
  };
  door('/chat').answers(chatBuffered, 'POST');
  door('/chat/stream').streams(chat, 'POST');
  door('/conversations').answers(history, 'GET');
  door('/conversations/{conversation_id}').answers(history, 'GET', 'PATCH', 'DELETE');
  door('/conversations/{conversation_id}/stop').answers(history, 'POST');
  door('/conversations/{conversation_id}/stream').streams(stream, 'GET');
  door('/usage').answers(history, 'GET');
  door('/v1/chat/completions').streams(openAi, 'POST');
  door('/v1/models').streams(openAi, 'GET');
  door('/v1/models/{model}').streams(openAi, 'GET');
  door('/knowledge/search').answers(knowledge, 'POST');
  door('/documents').answers(documents, 'POST');
  door('/documents/{document_id}').answers(documents, 'GET');
  door('/analyses').answers(documents, 'POST');
  door('/analyses/{analysis_id}').answers(documents, 'GET');
  door('/tasks').answers(tasks, 'POST');
  door('/tasks/{task_id}').answers(tasks, 'GET');
  door('/callback-secret').answers(tasks, 'GET', 'POST');

  // Whoever wants to call must be able to read how.
  api.root.addResource('openapi.json').addMethod('GET', buffered(functions.openApi), {
    apiKeyRequired: false,
    authorizationType: AuthorizationType.NONE,
  });
  addPlans(stack, api, identity);
}

function addPlans(stack: Stack, api: RestApi, { signedInKey }: Identity): void {
  const apiStages = [{ stage: api.deploymentStage }];
  const plan = api.addUsagePlan('DefaultPlan', {
    apiStages,
    throttle: { rateLimit: 10, burstLimit: 20 },
  });
  plan.addApiKey(new ApiKey(stack, 'DefaultApiKey'));
  // All of them together: each by himself is held to his own limits.
  const signedIn = api.addUsagePlan('SignedInPlan', {
    apiStages,
    throttle: { rateLimit: 100, burstLimit: 200 },
  });
  signedIn.addApiKey(new ApiKey(stack, 'SignedInApiKey', { value: signedInKey }));
}

type Add = (by: StreambedFunction, ...methods: readonly string[]) => void;

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
