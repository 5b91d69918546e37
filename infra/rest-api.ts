import { Duration, type Stack } from 'aws-cdk-lib';
import {
  ApiKey,
  EndpointType,
  LambdaIntegration,
  ResponseTransferMode,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { ChatFunctions } from '#infra/chat-functions.ts';
import type { StreambedFunction } from '#infra/streambed-function.ts';

export interface ApiFunctions extends ChatFunctions {
  readonly tasks: StreambedFunction;
}

/** The REST API: every method wants a key, which belongs to a plan. */
export function addApi(stack: Stack, functions: ApiFunctions): void {
  const { chat, chatBuffered, history, stream, openAi, tasks } = functions;
  const api = new RestApi(stack, 'Api', {
    restApiName: 'streambed',
    endpointTypes: [EndpointType.REGIONAL],
    cloudWatchRole: false,
    deployOptions: { stageName: 'prod' },
    defaultMethodOptions: { apiKeyRequired: true },
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
  door('/tasks').answers(tasks, 'POST');
  door('/tasks/{task_id}').answers(tasks, 'GET');
  door('/callback-secret').answers(tasks, 'GET', 'POST');

  const plan = api.addUsagePlan('DefaultPlan', {
    throttle: { rateLimit: 10, burstLimit: 20 },
    apiStages: [{ stage: api.deploymentStage }],
  });
  plan.addApiKey(new ApiKey(stack, 'DefaultApiKey'));
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
