/** What a Task state calls. */
export type TaskResource =
  | { readonly type: 'function'; readonly arn: string }
  | {
      readonly type: 'service';
      readonly service: string;
      readonly action: string;
      readonly pattern: Pattern;
      /** Whether it is an AWS SDK integration. */
      readonly isSdk: boolean;
    };

/** Whether a task is over when it was asked for, when its work is done, or when it is told so. */
export type Pattern = 'request' | 'sync' | 'callback';

/** The actions of each service that a Task can call here; any where none are named. */
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
  ['s3', ['getObject', 'putObject']],
]);

/** Reads the resource of a Task; nothing for one that has no such form. */
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

/** Why a resource of a Task cannot be called here; nothing where it can. */
export function unhostedReason(read: TaskResource): string | undefined {
  if (read.type === 'function') return undefined;
  const known = actions.get(read.service);
  const isHosted = known === 'any' || known?.includes(read.action) === true;
  if (!isHosted) return `${read.service}:${read.action} is not hosted here`;
  const isRun = read.service === 'states' && read.action === 'startExecution';
  const isUnknownWait = read.pattern === 'sync' && !isRun;
  return isUnknownWait ? `${read.service}:${read.action}.sync is not hosted here` : undefined;
}
