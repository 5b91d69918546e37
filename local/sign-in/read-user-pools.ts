import type { OpenStack, Resource } from '#local/template/stacks.ts';

/** A user pool in a template. */
export interface UserPoolDefinition {
  readonly key: string;
  /** For example `us-east-1_ABCDEFGHI`. */
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly clients: readonly UserPoolClient[];
}

/** An application that may use a user pool. */
export interface UserPoolClient {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  /** What people call it: its own name, or else that of its deployment. */
  readonly application: string;
  /** Undefined for a public client. */
  readonly secret: string | undefined;
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];
  /** OAuth flows: `code`, `implicit`, `client_credentials`. */
  readonly flows: readonly string[];
  readonly scopes: readonly string[];
  /** Flows of Cognito's own API, such as `ALLOW_USER_PASSWORD_AUTH`. */
  readonly authFlows: readonly string[];
}

/** Returns the user pools of the stacks, each with its clients. Warns of triggers. */
export function readUserPools(
  stacks: readonly OpenStack[],
  { warn }: { warn(message: string): void },
): readonly UserPoolDefinition[] {
  const ofType = (type: string): readonly Resource[] => stacks.flatMap((each) => each.ofType(type));
  const clients = ofType('AWS::Cognito::UserPoolClient');
  return ofType('AWS::Cognito::UserPool').map(({ key, logicalId, properties, stack }) => {
    const id = String(stack.scope.ref(logicalId));
    const triggers = properties.nested('LambdaConfig').names().join(', ');
    if (triggers !== '') warn(`${key}: its triggers are not hosted here: ${triggers}`);
    return {
      key,
      id,
      arn: String(stack.scope.attribute(logicalId, 'Arn')),
      name: properties.optionalText('UserPoolName') ?? key,
      clients: clients
        .filter((client) => client.properties.text('UserPoolId') === id)
        .map(readClient),
    };
  });
}

function readClient({ key, logicalId, properties, stack }: Resource): UserPoolClient {
  const name = properties.optionalText('ClientName');
  const hasSecret = properties.flag('GenerateSecret');
  return {
    key,
    id: String(stack.scope.ref(logicalId)),
    name: name ?? key,
    application: name ?? stack.template.stackName,
    secret: hasSecret ? String(stack.scope.attribute(logicalId, 'ClientSecret')) : undefined,
    callbackUrls: properties.texts('CallbackURLs'),
    logoutUrls: properties.texts('LogoutURLs'),
    flows: properties.texts('AllowedOAuthFlows'),
    scopes: properties.texts('AllowedOAuthScopes'),
    authFlows: properties.texts('ExplicitAuthFlows'),
  };
}
