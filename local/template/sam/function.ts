import { addEvents } from '#local/template/sam/events.ts';
import { plainText, type Rewriting, type Written } from '#local/template/sam/rewriting.ts';
import { record, type Json } from '#local/template/json.ts';

/** Properties of a function that SAM and CloudFormation spell alike. */
const same = [
  'Architectures',
  'Environment',
  'EphemeralStorage',
  'FunctionName',
  'Handler',
  'ImageConfig',
  'Layers',
  'LoggingConfig',
  'MemorySize',
  'PackageType',
  'ReservedConcurrentExecutions',
  'Runtime',
  'Timeout',
];

/** AWS::Serverless::Function: the function, its role, its URL, its alias and its events. */
export function addFunction(id: string, resource: Written, rewriting: Rewriting): void {
  const { Properties: properties } = resource;
  const { Condition, Metadata } = resource;
  const add = (logicalId: string, Type: string, more: Json): void =>
    rewriting.add(logicalId, { Type, Properties: more, Condition });
  const kept = same.filter((name) => name in properties).map((name) => [name, properties[name]]);
  const { TargetArn } = record(properties['DeadLetterQueue']);
  rewriting.add(id, {
    Type: 'AWS::Lambda::Function',
    Condition,
    Metadata,
    Properties: {
      ...Object.fromEntries(kept),
      Code: codeOf(properties),
      ...(TargetArn === undefined ? {} : { DeadLetterConfig: { TargetArn } }),
    },
  });
  if (properties['Role'] === undefined) add(`${id}Role`, 'AWS::IAM::Role', {});
  const alias = properties['AutoPublishAlias'];
  if (alias !== undefined) {
    add(`${id}Version`, 'AWS::Lambda::Version', { FunctionName: { Ref: id } });
    const aliased = { FunctionName: { Ref: id }, Name: alias, FunctionVersion: '1' };
    add(`${id}Alias${plainText(`${id}.AutoPublishAlias`, alias)}`, 'AWS::Lambda::Alias', aliased);
  }
  const url = properties['FunctionUrlConfig'];
  if (url !== undefined) {
    add(`${id}Url`, 'AWS::Lambda::Url', { ...record(url), TargetFunctionArn: { Ref: id } });
  }
  const invoking = properties['EventInvokeConfig'];
  if (invoking !== undefined) {
    add(`${id}EventInvokeConfig`, 'AWS::Lambda::EventInvokeConfig', {
      ...record(invoking),
      FunctionName: { Ref: id },
      DestinationConfig: destinationsOf(id, record(invoking), add),
    });
  }
  addEvents({ id, kind: 'function', Condition }, record(properties['Events']), rewriting);
}

function codeOf({ InlineCode, CodeUri, ImageUri }: Json): unknown {
  if (InlineCode !== undefined) return { ZipFile: InlineCode };
  if (ImageUri !== undefined) return { ImageUri };
  const { Bucket, Key } = record(CodeUri);
  return Bucket === undefined ? (CodeUri ?? '.') : { S3Bucket: Bucket, S3Key: Key };
}

type Add = (logicalId: string, Type: string, properties: Json) => void;

/** A destination of type SQS that names no queue gets one of its own. */
function destinationsOf(id: string, { DestinationConfig }: Json, add: Add): Json {
  const entries = Object.entries(record(DestinationConfig)).map(([when, value]) => {
    const { Type, Destination } = record(value);
    if (Destination !== undefined || Type !== 'SQS') return [when, { Destination }];
    const queueId = `${id}EventInvokeConfig${when}Queue`;
    add(queueId, 'AWS::SQS::Queue', {});
    return [when, { Destination: { 'Fn::GetAtt': [queueId, 'Arn'] } }];
  });
  return Object.fromEntries(entries);
}
