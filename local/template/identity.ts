import { createHash } from 'node:crypto';
import { accountId, type World } from '#local/template/stack-context.ts';

/** What `Ref` and `Fn::GetAtt` give for a resource. */
export interface Identity {
  readonly ref: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What a resource is known by before it is made. */
export interface About {
  readonly stackName: string;
  readonly logicalId: string;
  /** Its name among all stacks. */
  readonly key: string;
  /** A property of it, resolved. */
  property(name: string): unknown;
  readonly world: World;
}

/** Tells what a resource's references stand for; a type that is not known has a name only. */
export function identify(type: string, about: About): Identity {
  const tell = Object.hasOwn(identities, type) ? identities[type] : undefined;
  return tell?.(about) ?? { ref: nameFrom(about), attributes: {} };
}

/** An id of lower-case letters and digits, always the same for the same words. */
export function shortId(words: string, length = 10): string {
  const digest = createHash('sha256').update(words).digest('hex');
  return BigInt(`0x${digest}`).toString(36).padStart(length, '0').slice(-length);
}

const idOf = ({ stackName, logicalId }: About, length = 10): string =>
  shortId(`${stackName}/${logicalId}`, length);

function nameFrom(about: About, property?: string): string {
  const given = property === undefined ? undefined : about.property(property);
  return typeof given === 'string' ? given : `${about.stackName}-${about.logicalId}`;
}

const arn = ({ world }: About, service: string, rest: string): string =>
  `arn:aws:${service}:${world.region}:${accountId}:${rest}`;

/** A resource with a name, and an ARN from it. */
function named(
  property: string,
  arnOf: (about: About, name: string) => string,
  refIs: 'name' | 'arn' = 'name',
): (about: About) => Identity {
  return (about) => {
    const name = nameFrom(about, property);
    const own = arnOf(about, name);
    return { ref: refIs === 'name' ? name : own, attributes: { Arn: own, Name: name } };
  };
}

function byId(attribute: string, length = 10): (about: About) => Identity {
  return (about) => {
    const id = idOf(about, length);
    return { ref: id, attributes: { [attribute]: id } };
  };
}

function table(about: About): Identity {
  const { ref, attributes } = named('TableName', (_, name) =>
    arn(about, 'dynamodb', `table/${name}`),
  )(about);
  const StreamArn = `${String(attributes['Arn'])}/stream/2026-01-01T00:00:00.000`;
  return { ref, attributes: { ...attributes, StreamArn } };
}

function queue(about: About): Identity {
  const suffix = about.property('FifoQueue') === true ? '.fifo' : '';
  const given = about.property('QueueName');
  const name = typeof given === 'string' ? given : `${nameFrom(about)}${suffix}`;
  const url = `${about.world.gateway()}/${accountId}/${name}`;
  return { ref: url, attributes: { Arn: arn(about, 'sqs', name), QueueName: name, QueueUrl: url } };
}

function bucket(about: About): Identity {
  const name = nameFrom(about, 'BucketName').toLowerCase();
  const { region } = about.world;
  return {
    ref: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      WebsiteURL: `${about.world.gateway()}/${name}`,
    },
  };
}

function userPool(about: About): Identity {
  const { region } = about.world;
  const id = `${region}_${idOf(about, 9).toUpperCase()}`;
  const issuer = about.world.door('sign-in') ?? `https://cognito-idp.${region}.amazonaws.com`;
  const attributes = {
    UserPoolId: id,
    Arn: arn(about, 'cognito-idp', `userpool/${id}`),
    ProviderName: `cognito-idp.${region}.amazonaws.com/${id}`,
    ProviderURL: `${issuer}/${id}`,
  };
  return { ref: id, attributes };
}

function userPoolClient(about: About): Identity {
  const { ref, attributes } = byId('ClientId', 26)(about);
  const ClientSecret = about.world.secret(`client ${String(ref)}`);
  return { ref, attributes: { ...attributes, ClientSecret } };
}

function functionUrl(about: About): Identity {
  const FunctionUrl = `${about.world.door(about.key) ?? ''}/`;
  const FunctionArn = about.property('TargetFunctionArn');
  return { ref: FunctionArn, attributes: { FunctionArn, FunctionUrl } };
}

function version(about: About): Identity {
  const name = String(about.property('FunctionName'));
  const own = name.startsWith('arn:') ? name : arn(about, 'lambda', `function:${name}`);
  return { ref: `${own}:1`, attributes: { Version: '1', FunctionArn: `${own}:1` } };
}

function alias(about: About): Identity {
  const name = String(about.property('FunctionName'));
  const own = name.startsWith('arn:') ? name : arn(about, 'lambda', `function:${name}`);
  const AliasArn = `${own}:${String(about.property('Name'))}`;
  return { ref: AliasArn, attributes: { AliasArn } };
}

function restApi(about: About): Identity {
  const id = idOf(about);
  return { ref: id, attributes: { RestApiId: id, RootResourceId: `${id}-root` } };
}

function httpApi(about: About): Identity {
  const id = idOf(about);
  const ApiEndpoint = about.world.door(about.key) ?? '';
  return { ref: id, attributes: { ApiId: id, ApiEndpoint } };
}

const iam = (kind: string) => (_: About, name: string) =>
  `arn:aws:iam::${accountId}:${kind}/${name}`;
const of =
  (service: string, kind: string) =>
  (about: About, name: string): string =>
    arn(about, service, `${kind}${name}`);

/** By type: the properties, references and ARN forms are CloudFormation's. */
const identities: Readonly<Record<string, (about: About) => Identity>> = {
  'AWS::ApiGateway::ApiKey': byId('APIKeyId'),
  'AWS::ApiGateway::Authorizer': byId('AuthorizerId', 6),
  'AWS::ApiGateway::Deployment': byId('DeploymentId', 6),
  'AWS::ApiGateway::Model': named('Name', (_, name) => name),
  'AWS::ApiGateway::RequestValidator': byId('RequestValidatorId', 6),
  'AWS::ApiGateway::Resource': byId('ResourceId', 6),
  'AWS::ApiGateway::RestApi': restApi,
  'AWS::ApiGateway::Stage': named('StageName', (_, name) => name),
  'AWS::ApiGateway::UsagePlan': byId('Id', 6),
  'AWS::ApiGatewayV2::Api': httpApi,
  'AWS::ApiGatewayV2::Authorizer': byId('AuthorizerId', 6),
  'AWS::ApiGatewayV2::Integration': byId('IntegrationId', 7),
  'AWS::ApiGatewayV2::Route': byId('RouteId', 7),
  'AWS::ApiGatewayV2::Stage': named('StageName', (_, name) => name),
  'AWS::Cognito::UserPool': userPool,
  'AWS::Cognito::UserPoolClient': userPoolClient,
  'AWS::Cognito::UserPoolDomain': named('Domain', (_, name) => name),
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::EventBus': named('Name', of('events', 'event-bus/')),
  'AWS::Events::Rule': named('Name', of('events', 'rule/')),
  'AWS::IAM::ManagedPolicy': named('ManagedPolicyName', iam('policy'), 'arn'),
  'AWS::IAM::Role': named('RoleName', iam('role')),
  'AWS::KMS::Key': named('KeyId', of('kms', 'key/')),
  'AWS::Lambda::Alias': alias,
  'AWS::Lambda::EventSourceMapping': byId('Id', 12),
  'AWS::Lambda::Function': named('FunctionName', of('lambda', 'function:')),
  'AWS::Lambda::LayerVersion': (about) => {
    const own = arn(about, 'lambda', `layer:${nameFrom(about, 'LayerName')}:1`);
    return { ref: own, attributes: { LayerVersionArn: own } };
  },
  'AWS::Lambda::Url': functionUrl,
  'AWS::Lambda::Version': version,
  'AWS::Logs::LogGroup': named(
    'LogGroupName',
    (about, name) => `${arn(about, 'logs', `log-group:${name}`)}:*`,
  ),
  'AWS::S3::Bucket': bucket,
  'AWS::SNS::Topic': named('TopicName', of('sns', ''), 'arn'),
  'AWS::SQS::Queue': queue,
  'AWS::Scheduler::Schedule': named('Name', of('scheduler', 'schedule/default/')),
  'AWS::SSM::Parameter': (about) => {
    const { ref, attributes } = named('Name', of('ssm', 'parameter/'))(about);
    const [Type, Value] = [about.property('Type'), about.property('Value')];
    return { ref, attributes: { ...attributes, Type, Value } };
  },
  'AWS::SecretsManager::Secret': named('Name', of('secretsmanager', 'secret:'), 'arn'),
  'AWS::StepFunctions::StateMachine': named(
    'StateMachineName',
    of('states', 'stateMachine:'),
    'arn',
  ),
};
