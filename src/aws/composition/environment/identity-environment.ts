import {
  type TableEnvironment,
  readTableEnvironment,
} from '#aws/composition/environment/storage-environment.ts';
import { type Variables, requireVariable } from '#aws/composition/environment/variables.ts';

/** The issuers whose tokens a function accepts. */
export interface SignInEnvironment {
  readonly userPool: { readonly issuer: string; readonly clientIds: readonly string[] };
  /** A second issuer, in addition to the user pool. */
  readonly oidc?: { readonly issuer: string; readonly audience: string; readonly jwksUrl: string };
}

/** The environment of a function that accepts the tokens of people. */
export interface PersonEnvironment extends SignInEnvironment {
  readonly allowsGuests: boolean;
}

/** Reads who may use a function. Throws an error that names the variable at fault. */
export function readPersonEnvironment(variables: Variables): PersonEnvironment {
  const allowsGuests = variables['ALLOW_GUESTS'] === 'true';
  return { ...readSignInEnvironment(variables), allowsGuests };
}

function readSignInEnvironment(variables: Variables): SignInEnvironment {
  const issuer = variables['OIDC_ISSUER'];
  const audience = (): string => requireVariable(variables, 'OIDC_AUDIENCE');
  const jwksUrl = (): string => requireVariable(variables, 'OIDC_JWKS_URL');
  return {
    userPool: {
      issuer: requireVariable(variables, 'USER_POOL_ISSUER'),
      clientIds: requireVariable(variables, 'USER_POOL_CLIENTS').split(','),
    },
    ...(issuer === undefined ? {} : { oidc: { issuer, audience: audience(), jwksUrl: jwksUrl() } }),
  };
}

/** The environment of the authorizer. */
export interface AuthorizerEnvironment extends TableEnvironment, PersonEnvironment {
  /** The API key that the usage plan of signed-in callers has. */
  readonly signedInKey: string;
}

/** Reads the environment of the authorizer. Throws an error that names the variable at fault. */
export function readAuthorizerEnvironment(variables: Variables): AuthorizerEnvironment {
  return {
    ...readTableEnvironment(variables),
    ...readPersonEnvironment(variables),
    signedInKey: requireVariable(variables, 'SIGNED_IN_KEY'),
  };
}
