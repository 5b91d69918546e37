import { readAuthorizerEnvironment } from '#aws/composition/environment/identity-environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createPersonVerifier } from '#identity/person-verifier.ts';
import { authorizeWith } from '#lambda/authorize.ts';
import { systemClock } from '#api/http/clock.ts';

const { conversationsTable, signedInKey, ...people } = readAuthorizerEnvironment(process.env);
const verify = createPersonVerifier(openTable(conversationsTable), systemClock, people);

/** The authorizer of the REST API: allows people with a token, and API keys. */
export const handler = authorizeWith(verify, { signedInKey });
