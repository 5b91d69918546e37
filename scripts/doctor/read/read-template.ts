import { readFile } from 'node:fs/promises';
import type {
  FunctionFacts,
  LogGroupFacts,
  QueueFacts,
  RouteFacts,
  SourceFacts,
  StackFacts,
  StatementFacts,
  UrlFacts,
} from '#scripts/doctor/facts.ts';
import { record, type Json } from '#scripts/doctor/read/json.ts';

/*
 * A synthesized template, with its references by logical id. What only an account knows, such as
 * messages that wait, is left out.
 */

type Entry = readonly [logicalId: string, properties: Json];

/** Returns what a template that CDK has written says of its stack. */
export async function readTemplate(file: string): Promise<StackFacts> {
  const template = record(JSON.parse(await readFile(file, 'utf8')));
  const resources = Object.entries(record(template['Resources']));
  const ofType = (type: string): readonly Entry[] =>
    resources
      .filter(([, resource]) => record(resource)['Type'] === type)
      .map(([id, resource]) => [id, record(record(resource)['Properties'])]);
  return {
    name: file,
    functions: ofType('AWS::Lambda::Function').map((entry) => toFunction(entry, ofType)),
    queues: ofType('AWS::SQS::Queue').map(toQueue),
    sources: ofType('AWS::Lambda::EventSourceMapping').map(toSource),
    routes: ofType('AWS::ApiGateway::Method').flatMap(toRoute),
    pageOrigin: text(record(record(template['Parameters'])['PageOrigin'])['Default']),
  };
}

function toFunction(
  [logicalId, properties]: Entry,
  ofType: (type: string) => readonly Entry[],
): FunctionFacts {
  const isOwn =
    (name: string) =>
    ([, own]: Entry): boolean =>
      target(own[name]) === logicalId;
  const groupId = target(record(properties['LoggingConfig'])['LogGroup']);
  const group = ofType('AWS::Logs::LogGroup').find(([id]) => id === groupId);
  const url = ofType('AWS::Lambda::Url').find(isOwn('TargetFunctionArn'));
  const variables = record(record(properties['Environment'])['Variables']);
  return {
    logicalId,
    name: logicalId,
    timeoutSeconds: Number(properties['Timeout'] ?? 3),
    runtime: String(properties['Runtime']),
    environment: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, text(value) ?? target(value)]),
    ),
    logGroup: group === undefined ? undefined : toLogGroup(group),
    url: url === undefined ? undefined : toUrl(url),
    policy: ofType('AWS::Lambda::Permission').filter(isOwn('FunctionName')).map(toStatement),
    reservedConcurrency: undefined,
  };
}

function toLogGroup([name, { RetentionInDays: days }]: Entry): LogGroupFacts {
  return { name, retentionDays: days === undefined ? undefined : Number(days) };
}

function toUrl([, properties]: Entry): UrlFacts {
  const { AuthType, InvokeMode = 'BUFFERED', Cors } = properties;
  const { AllowOrigins = [] } = record(Cors);
  return {
    authType: String(AuthType),
    invokeMode: String(InvokeMode),
    allowOrigins: Array.isArray(AllowOrigins) ? AllowOrigins.map(String) : [],
  };
}

function toStatement([, properties]: Entry): StatementFacts {
  const { Action, Principal, FunctionUrlAuthType, InvokedViaFunctionUrl, SourceArn } = properties;
  const conditions = Object.entries({
    'lambda:FunctionUrlAuthType': FunctionUrlAuthType,
    'lambda:InvokedViaFunctionUrl': InvokedViaFunctionUrl,
    'AWS:SourceArn': SourceArn,
  }).filter(([, value]) => value !== undefined);
  return {
    action: String(Action),
    isPublic: Principal === '*',
    conditions: Object.fromEntries(conditions.map(([key, value]) => [key, String(value)])),
  };
}

function toQueue([logicalId, properties]: Entry): QueueFacts {
  const { VisibilityTimeout = 30, RedrivePolicy } = properties;
  const { deadLetterTargetArn } = record(RedrivePolicy);
  return {
    logicalId,
    arn: logicalId,
    url: logicalId,
    visibilitySeconds: Number(VisibilityTimeout),
    deadLetterArn: deadLetterTargetArn === undefined ? undefined : target(deadLetterTargetArn),
    waiting: 0,
  };
}

function toSource([, { EventSourceArn, FunctionName }]: Entry): SourceFacts {
  const functionName = target(FunctionName);
  return { queueArn: target(EventSourceArn), functionName, maximumConcurrency: undefined };
}

/** The path of a method is in other resources, and its id says it well enough. */
function toRoute([logicalId, { Integration }]: Entry): readonly RouteFacts[] {
  const { Uri, TimeoutInMillis = 29_000, ResponseTransferMode } = record(Integration);
  const [, functionName] = /"Fn::GetAtt":\["(\w+)","Arn"\]/u.exec(JSON.stringify(Uri ?? '')) ?? [];
  if (functionName === undefined) return [];
  const streams = ResponseTransferMode === 'STREAM';
  return [{ route: logicalId, functionName, streams, timeoutMs: Number(TimeoutInMillis) }];
}

/** Returns the logical id that `Ref` or `Fn::GetAtt` names, or the value itself as text. */
function target(value: unknown): string {
  const { Ref, 'Fn::GetAtt': attribute } = record(value);
  if (typeof Ref === 'string') return Ref;
  return Array.isArray(attribute) ? String(attribute[0]) : JSON.stringify(value ?? '');
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
