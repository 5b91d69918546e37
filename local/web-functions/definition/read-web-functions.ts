import { RemoteCodeError } from '#local/lambda/definition/asset-path.ts';
import type { CodeSettings } from '#local/lambda/definition/prepare-code.ts';
import { refuseUnknownProperties } from '#local/web-functions/definition/known-properties.ts';
import { readEndpoint } from '#local/web-functions/definition/read-endpoint.ts';
import { readRevision } from '#local/web-functions/definition/read-revision.ts';
import type {
  EndpointDefinition,
  RevisionDefinition,
  WebFunctionDefinition,
} from '#local/web-functions/definition/web-function-definition.ts';
import { isRecord } from '#local/wire/shape.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';

/**
 * Reads the web functions of the stacks with their revisions, endpoints and policies. Warns of
 * those whose code is not available. Throws an error that names an invalid property.
 */
export async function readWebFunctions(
  stacks: readonly OpenStack[],
  settings: CodeSettings,
): Promise<readonly WebFunctionDefinition[]> {
  const ofType = (name: string): readonly Resource[] =>
    stacks.flatMap((stack) => stack.ofType(`AWS::Lambda::${name}`)).map(withKnownProperties);
  const functions = ofType('WebFunction').map(identify);
  const revisions = await readAvailable(ofType('WebFunctionRevision'), functions, settings);
  const endpoints = ofType('WebFunctionEndpoint');
  for (const policy of ofType('ResourcePolicy')) checkPolicy(policy, functions, settings);
  const owners = endpoints.map((resource) => requireOwner(resource, functions));
  return functions.map((own) => {
    const { key, name, arn } = own;
    const ownRevisions = revisions.filter(({ owner }) => owner === own).map(({ item }) => item);
    const ownEndpoints = endpoints.filter((_, index) => owners[index] === own);
    return {
      key,
      name,
      arn,
      revisions: ownRevisions,
      endpoints: ownEndpoints.flatMap((each) => available(readEndpoint(each), ownRevisions)),
    };
  });
}

function withKnownProperties(resource: Resource): Resource {
  refuseUnknownProperties(resource.type, resource.properties);
  return resource;
}

/** A web function, before its revisions and endpoints are read. */
export type WebFunctionIdentity = Pick<WebFunctionDefinition, 'key' | 'name' | 'arn'>;

function identify({ key, logicalId, properties, stack }: Resource): WebFunctionIdentity {
  const name = properties.text('FunctionName');
  // Lambda's own rule for the names of web functions.
  if (!/^[a-z\d][\w-]{0,62}[a-z\d]$/iu.test(name)) {
    throw new Error(
      `${key}.FunctionName: must be 2 to 64 letters, digits, hyphens and underscores, with a letter or digit at both ends, not ${JSON.stringify(name)}`,
    );
  }
  return { key, name, arn: String(stack.scope.ref(logicalId)) };
}

interface OwnedRevision {
  readonly owner: WebFunctionIdentity;
  readonly item: RevisionDefinition;
}

async function readAvailable(
  resources: readonly Resource[],
  functions: readonly WebFunctionIdentity[],
  settings: CodeSettings,
): Promise<readonly OwnedRevision[]> {
  const read = resources.map(async (resource): Promise<readonly OwnedRevision[]> => {
    const owner = requireOwner(resource, functions);
    try {
      return [{ owner, item: await readRevision(resource, owner, settings) }];
    } catch (error) {
      if (!(error instanceof RemoteCodeError)) throw error;
      settings.warn(error.message);
      return [];
    }
  });
  return (await Promise.all(read)).flat();
}

/** `FunctionName` is a name in CloudFormation's documentation, and an ARN in what CDK writes. */
function requireOwner(
  { key, properties }: Resource,
  functions: readonly WebFunctionIdentity[],
): WebFunctionIdentity {
  const nameOrArn = properties.text('FunctionName');
  const owner = functions.find(({ name, arn }) => nameOrArn === name || nameOrArn === arn);
  if (owner !== undefined) return owner;
  throw new Error(`${key}.FunctionName: there is no web function ${nameOrArn} in the template`);
}

/** An endpoint answers with the revisions whose code is here. It is left out without any. */
function available(
  endpoint: EndpointDefinition,
  revisions: readonly RevisionDefinition[],
): readonly EndpointDefinition[] {
  const isHere = endpoint.weights.every(({ revisionId }) =>
    revisions.some(({ id }) => id === revisionId),
  );
  return isHere ? [endpoint] : [];
}

/** All calls here are made by the owner of the account, whom a policy of a resource need not allow. */
function checkPolicy(
  { key, properties }: Resource,
  functions: readonly WebFunctionIdentity[],
  { warn }: CodeSettings,
): void {
  const document = properties.raw('PolicyDocument');
  if (!isRecord(document) && typeof document !== 'string') {
    throw new Error(`${key}.PolicyDocument: must be a policy document`);
  }
  const arn = properties.text('ResourceArn');
  if (functions.some((own) => own.arn === arn)) return;
  warn(`${key}: ${arn} is not a web function here, so its policy has no effect`);
}
