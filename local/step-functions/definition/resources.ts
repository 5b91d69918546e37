/** The resource that a Task state calls. */
export type TaskResource =
  | { readonly type: 'function'; readonly arn: string }
  | {
      readonly type: 'service';
      readonly service: string;
      readonly action: string;
      readonly pattern: IntegrationPattern;
      /** Whether it is an AWS SDK integration, and not an optimized one. */
      readonly isSdk: boolean;
    };

/** When a task ends: after the request, when its job is done, or when its token is returned. */
export type IntegrationPattern = 'request' | 'sync' | 'callback';

/** The actions of each service that a Task can call here. */
const actions: ReadonlyMap<string, readonly string[] | 'any'> = new Map<
  string,
  readonly string[] | 'any'
>([
  ['lambda', ['invoke']],
  ['bedrock', ['invokeModel']],
  ['bedrockruntime', ['invokeModel', 'converse']],
  ['sqs', 'any'],
  ['dynamodb', 'any'],
  ['states', ['startExecution']],
  ['sfn', 'any'],
  ['s3', ['deleteObject', 'getObject', 'headObject', 'listObjects', 'listObjectsV2', 'putObject']],
  ['events', ['putEvents']],
  ['eventbridge', 'any'],
  ['sns', 'any'],
  ['ssm', 'any'],
  ['secretsmanager', 'any'],
]);

/** Reads the resource ARN of a Task. Returns undefined if it is malformed. */
export function readResource(resource: string): TaskResource | undefined {
  if (/^arn:aws[\w-]*:lambda:/u.test(resource)) return { type: 'function', arn: resource };
  const form =
    /^arn:aws[\w-]*:states:[\w-]*:\d*:(aws-sdk:)?([\w-]+):(\w+)(\.sync(?::2)?|\.waitForTaskToken)?$/u;
  const [, sdk, service, action, suffix] = form.exec(resource) ?? [];
  if (service === undefined || action === undefined) return undefined;
  const waits = suffix === undefined ? 'request' : 'sync';
  return {
    type: 'service',
    service,
    action,
    isSdk: sdk !== undefined,
    pattern: suffix === '.waitForTaskToken' ? 'callback' : waits,
  };
}

/** Why activities are refused, and what takes their place. */
export const activityReason =
  'activities are not hosted here. Use a Task with .waitForTaskToken, such as sqs:sendMessage.waitForTaskToken';

/** Returns whether a text is the ARN of an activity. */
export function isActivity(arn: string): boolean {
  return /^arn:aws[\w-]*:states:[\w-]+:\d{12}:activity:[^:]+$/u.test(arn);
}

/** Returns why a resource cannot be called here, or undefined if it can. */
export function unhostedReason(resource: TaskResource): string | undefined {
  if (resource.type === 'function') return undefined;
  const hosted = actions.get(resource.service);
  const isHosted = hosted === 'any' || hosted?.includes(resource.action) === true;
  if (resource.service === 'http')
    return 'http:invoke is not hosted here, because it needs a connection of EventBridge';
  if (!isHosted) return `${resource.service}:${resource.action} is not hosted here`;
  const isExecution = resource.service === 'states' && resource.action === 'startExecution';
  const isUnhostedWait = resource.pattern === 'sync' && !isExecution;
  return isUnhostedWait
    ? `${resource.service}:${resource.action}.sync is not hosted here`
    : undefined;
}
