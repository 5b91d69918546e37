import {
  arnOf,
  idOf,
  nameFrom,
  type Identity,
  type ResourceContext,
} from '#local/template/identities/naming.ts';

export function functionUrl(resource: ResourceContext): Identity {
  const FunctionUrl = `${resource.context.originOf(resource.key) ?? ''}/`;
  const FunctionArn = resource.property('TargetFunctionArn');
  return { ref: FunctionArn, attributes: { FunctionArn, FunctionUrl } };
}

export function version(resource: ResourceContext): Identity {
  const arn = `${functionArn(resource)}:1`;
  return { ref: arn, attributes: { Version: '1', FunctionArn: arn } };
}

export function alias(resource: ResourceContext): Identity {
  const AliasArn = `${functionArn(resource)}:${String(resource.property('Name'))}`;
  return { ref: AliasArn, attributes: { AliasArn } };
}

/** The ARN of the function that a version or an alias belongs to. */
function functionArn(resource: ResourceContext): string {
  const name = String(resource.property('FunctionName'));
  return name.startsWith('arn:') ? name : arnOf(resource, 'lambda', `function:${name}`);
}

/** Where the domain of a web function's endpoint ends: Lambda's partition, service and Region. */
const webDomain = ({ context }: ResourceContext): string =>
  `b7t.lambda-web.${context.region}.on.aws`;

export function webFunction(resource: ResourceContext): Identity {
  const arn = webFunctionArn(resource);
  return { ref: arn, attributes: { FunctionArn: arn, ...active } };
}

export function webFunctionRevision(resource: ResourceContext): Identity {
  const RevisionId = idOf(resource, 16);
  const FunctionArn = webFunctionArn(resource);
  const RevisionArn = `${FunctionArn}/revision/${RevisionId}`;
  return { ref: RevisionArn, attributes: { RevisionId, RevisionArn, FunctionArn, ...active } };
}

export function webFunctionEndpoint(resource: ResourceContext): Identity {
  const FunctionArn = webFunctionArn(resource);
  const EndpointArn = `${FunctionArn}/endpoint/${String(resource.property('EndpointName'))}`;
  const DomainName = `${idOf(resource, 16)}.${webDomain(resource)}`;
  return { ref: EndpointArn, attributes: { EndpointArn, FunctionArn, DomainName, ...active } };
}

const active = { State: 'Active', StateReason: '' };

/** The ARN of a web function, from a resource that has or names it. */
function webFunctionArn(resource: ResourceContext): string {
  const name = String(resource.property('FunctionName'));
  return name.startsWith('arn:') ? name : arnOf(resource, 'lambda', `web-function/${name}`);
}

/** What CDK copies for a web function. Here the copy is the asset itself, found by its key. */
export function copiedObject(resource: ResourceContext): Identity {
  const [bucketName, prefix, key] = [
    'DestinationBucketName',
    'DestinationKeyPrefix',
    'SourceObjectKey',
  ].map((name) => String(resource.property(name)));
  const attributes = { Bucket: bucketName, Key: `${prefix}${key}`, VersionId: 'local' };
  return { ref: nameFrom(resource), attributes };
}
