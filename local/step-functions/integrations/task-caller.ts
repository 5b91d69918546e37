import type { ServiceCaller } from '#local/gateway/service-caller.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { unhostedReason, type TaskResource } from '#local/step-functions/definition/resources.ts';
import { callBedrock } from '#local/step-functions/integrations/bedrock.ts';
import { callJsonService } from '#local/step-functions/integrations/json-services.ts';
import {
  callFunction,
  invokeBySdk,
  invokeFunction,
} from '#local/step-functions/integrations/lambda.ts';
import { callS3 } from '#local/step-functions/integrations/s3.ts';
import { callSns } from '#local/step-functions/integrations/sns.ts';
import { record } from '#local/template/json.ts';

/** Calls the resources of Task states. */
export interface TaskCaller {
  /** Returns the result. Throws a `StatesError`, which Retry and Catch can match. */
  call(resource: TaskResource, parameters: unknown): Promise<unknown>;
}

/** Returns a task caller that sends signed requests to the services, as their clients do. */
export function createTaskCaller(caller: ServiceCaller): TaskCaller {
  return {
    async call(resource, value) {
      const reason = unhostedReason(resource);
      if (reason !== undefined) throw new StatesError('States.Runtime', reason);
      if (resource.type === 'function') return callFunction(caller, resource.arn, value);
      const { service, action, isSdk } = resource;
      const parameters = record(value);
      switch (service) {
        case 'lambda':
          return isSdk ? invokeBySdk(caller, parameters) : invokeFunction(caller, parameters);
        case 'bedrock':
        case 'bedrockruntime':
          return callBedrock(caller, { action, isSdk, parameters });
        case 'sns':
          return callSns(caller, { action, isSdk, parameters });
        case 's3':
          return callS3(caller, action, parameters);
        default:
          return callJsonService(caller, { service, action, isSdk, parameters });
      }
    },
  };
}
