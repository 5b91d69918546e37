import { readTableEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { readPersonEnvironment } from '#aws/composition/environment/identity-environment.ts';
import { createPersonVerifier } from '#identity/person-verifier.ts';
import { withPerson } from '#lambda/with-person.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';
import { openConversations } from '#handlers/answers/conversations.ts';

const table = openTable(readTableEnvironment(process.env).conversationsTable);
const verify = createPersonVerifier(table, systemClock, readPersonEnvironment(process.env));

/** `/conversations` and everything below it except the stream, `/options`, `/search` and `/usage`. */
export const handler = respondBuffered(
  createLogSecret(table),
  withPerson(verify, openConversations(process.env, table)),
);
