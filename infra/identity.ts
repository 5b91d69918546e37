import { Aws, CfnOutput, CfnParameter, Duration, Fn, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { RequestAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import {
  AccountRecovery,
  FeaturePlan,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { acknowledge } from '#infra/acknowledge.ts';
import type { Foundation } from '#infra/foundation.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';

/** The people who sign in, and how functions recognize them. */
export interface People {
  /** The issuers whose tokens are accepted, and whether guests are. */
  readonly peopleEnv: Readonly<Record<string, string>>;
}

export interface Identity {
  readonly authorizer: RequestAuthorizer;
  /** The API key that all signed-in users share, so that a usage plan counts their requests. */
  readonly signedInKey: string;
}

/** Adds the user pool with its sign-in pages. */
export function addPeople({ stack, props, origins }: Foundation): People {
  const users = new UserPool(stack, 'Users', {
    selfSignUpEnabled: props.selfSignUp,
    signInAliases: { email: true },
    autoVerify: { email: true },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    passwordPolicy: { minLength: 12 },
    featurePlan: FeaturePlan.ESSENTIALS,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(users, {
    COG1: 'Length protects better than kinds of characters, which are an option: passwordRequires.',
    COG2: 'A second factor is an option: mfa.',
    COG8: 'The Plus plan costs money for every person who signs in.',
  });
  const client = addClient(users, origins, props.allowedOrigins);
  const domain = users.addDomain('SignInPages', {
    cognitoDomain: { domainPrefix: `streambed-${Aws.ACCOUNT_ID}` },
  });
  const issuer = `https://cognito-idp.${Aws.REGION}.amazonaws.com/${users.userPoolId}`;
  const { oidc } = props;
  new CfnOutput(stack, 'SignInUrl', { value: domain.baseUrl() });
  new CfnOutput(stack, 'SignInClient', { value: client.userPoolClientId });
  new CfnOutput(stack, 'SignInIssuer', { value: issuer });
  return {
    peopleEnv: {
      ALLOW_GUESTS: readGuests(stack, props.guests),
      USER_POOL_ISSUER: issuer,
      USER_POOL_CLIENTS: client.userPoolClientId,
      ...(oidc === undefined
        ? {}
        : {
            OIDC_ISSUER: oidc.issuer,
            OIDC_AUDIENCE: oidc.audience,
            OIDC_JWKS_URL: oidc.jwksUrl,
          }),
    },
  };
}

/** Lets functions accept the token of a person beside the signature of a request. */
export function acceptPeople(
  { table }: Foundation,
  { peopleEnv }: People,
  functions: readonly StreambedFunction[],
): void {
  for (const each of functions) {
    for (const [name, value] of Object.entries(peopleEnv)) each.addEnvironment(name, value);
    table.grantIssuerKeys(each.role);
    table.grantGuestSecret(each.role);
  }
}

/** Adds the authorizer of the REST API. */
export function addAuthorizer({ stack, table }: Foundation, { peopleEnv }: People): Identity {
  // The key is not a secret: the authorizer accepts it from no caller.
  const signedIn = `streambed-signed-in-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`;
  const handler = new StreambedFunction(stack, 'AuthorizerFunction', {
    bundle: 'authorizer',
    // As long as API Gateway waits.
    timeout: Duration.seconds(29),
    environment: {
      CONVERSATIONS_TABLE: table.tableName,
      ...peopleEnv,
      SIGNED_IN_KEY: signedIn,
    },
  });
  table.grantIssuerKeys(handler.role);
  table.grantGuestSecret(handler.role);
  return {
    // Without a cache, because its key cannot cover two kinds of credentials.
    authorizer: new RequestAuthorizer(stack, 'Authorizer', {
      handler,
      identitySources: [],
      resultsCacheTtl: Duration.seconds(0),
    }),
    signedInKey: signedIn,
  };
}

/** A parameter, so that the same template can run with and without guests. */
function readGuests(stack: Stack, allowsGuests: boolean): string {
  return new CfnParameter(stack, 'Guests', {
    description: 'Lets people chat on the page without signing in.',
    allowedValues: ['true', 'false'],
    default: String(allowsGuests),
  }).valueAsString;
}

function addClient(
  users: UserPool,
  [page = '', ...others]: readonly string[],
  allowed: readonly string[],
): UserPoolClient {
  return users.addClient('Page', {
    authFlows: { userSrp: true, userPassword: true },
    preventUserExistenceErrors: true,
    oAuth: {
      flows: { authorizationCodeGrant: true },
      callbackUrls: [`${page}/auth/callback`, ...allowed.map((origin) => `${origin}/chat`)],
      logoutUrls: [`${page}/chat`, ...others.map((origin) => `${origin}/chat`)],
    },
    accessTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.days(30),
    enableTokenRevocation: true,
  });
}
