import { readAuthorizerEnvironment } from '#aws/composition/environment.ts';
import { cognitoIssuer, createTokenVerifier, oidcIssuer } from '#identity/token-verifier.ts';
import { authorizeWith } from '#lambda/identity/authorize.ts';

const { userPool, oidc, signedInKey } = readAuthorizerEnvironment(process.env);
const issuers = [
  cognitoIssuer(userPool.issuer, userPool.clientIds),
  ...(oidc === undefined ? [] : [oidcIssuer(oidc)]),
];

/** The authorizer of the REST API: allows signed-in users and API keys. */
export const handler = authorizeWith(createTokenVerifier(issuers), { signedInKey });
