import { addFunctionUrl } from '#local/template/sam/function-url.ts';
import { addEvents } from '#local/template/sam/events.ts';
import { plainText, type SamTemplate, type RawResource } from '#local/template/sam/sam-template.ts';
import { record, type Json } from '#local/template/json.ts';

/** Properties of a function with the same name in SAM and CloudFormation. */
const sharedNames = [
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

/** AWS::Serverless::Function: adds the function, its role, its URL, its alias and its events. */
export function addFunction(id: string, resource: RawResource, sam: SamTemplate): void {
  const { Properties: properties } = resource;
  const { Condition, Metadata } = resource;
  const add = (logicalId: string, Type: string, values: Json): void =>
    sam.add(logicalId, { Type, Properties: values, Condition });
  const shared = sharedNames
    .filter((name) => name in properties)
    .map((name) => [name, properties[name]]);
  const { TargetArn } = record(properties['DeadLetterQueue']);
  sam.add(id, {
    Type: 'AWS::Lambda::Function',
    Condition,
    Metadata,
    Properties: {
      ...Object.fromEntries(shared),
      Code: codeOf(properties),
      ...(TargetArn === undefined ? {} : { DeadLetterConfig: { TargetArn } }),
    },
  });
  if (properties['Role'] === undefined) {
    add(`${id}Role`, 'AWS::IAM::Role', roleOf(id, properties['Policies']));
  }
  const alias = properties['AutoPublishAlias'];
  const aliasId =
    alias === undefined ? undefined : `${id}Alias${plainText(`${id}.AutoPublishAlias`, alias)}`;
  if (aliasId !== undefined) {
    add(`${id}Version`, 'AWS::Lambda::Version', { FunctionName: { Ref: id } });
    const aliased = { FunctionName: { Ref: id }, Name: alias, FunctionVersion: '1' };
    add(aliasId, 'AWS::Lambda::Alias', aliased);
  }
  const url = properties['FunctionUrlConfig'];
  if (url !== undefined) {
    const target = aliasId ?? id;
    addFunctionUrl({ id, target, Condition }, record(url), sam);
  }
  const invokeConfig = properties['EventInvokeConfig'];
  if (invokeConfig !== undefined) {
    add(`${id}EventInvokeConfig`, 'AWS::Lambda::EventInvokeConfig', {
      ...record(invokeConfig),
      FunctionName: { Ref: id },
      DestinationConfig: destinationsOf(id, record(invokeConfig), add),
    });
  }
  addEvents({ id, kind: 'function', Condition }, record(properties['Events']), sam);
}

function codeOf({ InlineCode, CodeUri, ImageUri }: Json): unknown {
  if (InlineCode !== undefined) return { ZipFile: InlineCode };
  if (ImageUri !== undefined) return { ImageUri };
  const { Bucket, Key } = record(CodeUri);
  return Bucket === undefined ? (CodeUri ?? '.') : { S3Bucket: Bucket, S3Key: Key };
}

/** The policy of every role that SAM makes. */
const logsPolicy = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';

/** A policy is a name or an ARN, or a document. SAM's policy templates are not expanded. */
function roleOf(id: string, policies: unknown): Json {
  const given: readonly unknown[] = [policies ?? []].flat();
  const documents = given.filter((policy) => 'Statement' in record(policy));
  const arns = given.filter((policy) => typeof policy === 'string' || 'Ref' in record(policy));
  return {
    ManagedPolicyArns: [logsPolicy, ...arns],
    Policies: documents.map((PolicyDocument, index) => ({
      PolicyName: `${id}RolePolicy${index}`,
      PolicyDocument,
    })),
  };
}

type Add = (logicalId: string, Type: string, properties: Json) => void;

/** Adds a queue for each destination of type SQS that names none. */
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
