import { Aws, CfnOutput, Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import { RequestAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import {
  AccountRecovery,
  FeaturePlan,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import type { Foundation } from '#infra/foundation.ts';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';

export interface Identity {
  readonly authorizer: RequestAuthorizer;
  /** The API key that all signed-in users share, so that a usage plan counts their requests. */
  readonly signedInKey: string;
}

/** Adds the user pool with its sign-in pages, and the authorizer of the REST API. */
export function addIdentity({ stack, props, table }: Foundation): Identity {
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
  const client = addClient(users, props.allowedOrigins);
  const domain = users.addDomain('SignInPages', {
    cognitoDomain: { domainPrefix: `streambed-${Aws.ACCOUNT_ID}` },
  });
  // The key is not a secret: the authorizer accepts it from no caller.
  const signedIn = `streambed-signed-in-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`;
  const issuer = `https://cognito-idp.${Aws.REGION}.amazonaws.com/${users.userPoolId}`;
  const { oidc } = props;
  const handler = new StreambedFunction(stack, 'AuthorizerFunction', {
    bundle: 'authorizer',
    // As long as API Gateway waits.
    timeout: Duration.seconds(29),
    environment: {
      CONVERSATIONS_TABLE: table.tableName,
      USER_POOL_ISSUER: issuer,
      USER_POOL_CLIENTS: client.userPoolClientId,
      SIGNED_IN_KEY: signedIn,
      ...(oidc === undefined
        ? {}
        : {
            OIDC_ISSUER: oidc.issuer,
            OIDC_AUDIENCE: oidc.audience,
            OIDC_JWKS_URL: oidc.jwksUrl,
          }),
    },
  });
  table.grantIssuerKeys(handler.role);
  new CfnOutput(stack, 'SignInUrl', { value: domain.baseUrl() });
  new CfnOutput(stack, 'SignInClient', { value: client.userPoolClientId });
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

function addClient(users: UserPool, origins: readonly string[]): UserPoolClient {
  return users.addClient('Page', {
    authFlows: { userSrp: true, userPassword: true },
    preventUserExistenceErrors: true,
    oAuth: {
      flows: { authorizationCodeGrant: true },
      callbackUrls: origins.map((origin) => `${origin}/chat`),
      logoutUrls: origins.map((origin) => `${origin}/chat`),
    },
    accessTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.days(30),
    enableTokenRevocation: true,
  });
}
