import { readAuthorizerEnvironment } from '#aws/composition/environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createDynamoIssuerKeys } from '#aws/identity/dynamo-issuer-keys.ts';
import { createTokenVerifier, trustedIssuers } from '#identity/token-verifier.ts';
import { authorizeWith } from '#lambda/identity/authorize.ts';
import { systemClock } from '#lambda/runtime/clock.ts';

const { conversationsTable, signedInKey, ...signIn } = readAuthorizerEnvironment(process.env);
const ports = { store: createDynamoIssuerKeys(openTable(conversationsTable)), clock: systemClock };
const verify = createTokenVerifier(ports, trustedIssuers(signIn));

/** The authorizer of the REST API: allows signed-in users and API keys. */
export const handler = authorizeWith(verify, { signedInKey });
