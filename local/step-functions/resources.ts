/** What a Task state calls. */
export type TaskResource =
  | { readonly type: 'function'; readonly arn: string }
  | {
      readonly type: 'service';
      readonly service: string;
      readonly action: string;
      readonly pattern: Pattern;
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
    /^arn:aws[\w-]*:states:[\w-]*:\d*:(?:aws-sdk:)?([\w-]+):(\w+)(\.sync(?::2)?|\.waitForTaskToken)?$/u;
  const [, service, action, suffix] = form.exec(resource) ?? [];
  if (service === undefined || action === undefined) return undefined;
  const waits = suffix === undefined ? 'request' : 'sync';
  return {
    type: 'service',
    service,
    action,
    pattern: suffix === '.waitForTaskToken' ? 'callback' : waits,
  };
}

/** What is wrong with the resource of a Task; nothing where it can be called here. */
export function checkResource(resource: string): string | undefined {
  const read = readResource(resource);
  if (read === undefined) return `${resource || 'nothing'} is not the ARN of something to call`;
  if (read.type === 'function') return undefined;
  const known = actions.get(read.service);
  const isHosted = known === 'any' || known?.includes(read.action) === true;
  if (!isHosted) return `${read.service}:${read.action} is not hosted here`;
  const isRun = read.service === 'states' && read.action === 'startExecution';
  return read.pattern === 'sync' && !isRun ? `${resource} has no .sync` : undefined;
}
