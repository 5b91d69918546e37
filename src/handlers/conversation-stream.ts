import { readTableEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { readPersonEnvironment } from '#aws/composition/environment/identity-environment.ts';
import { createPersonVerifier } from '#identity/person-verifier.ts';
import { withPerson } from '#lambda/with-person.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondStream } from '#lambda/respond-stream.ts';
import { openConversationStream } from '#handlers/answers/conversation-stream.ts';

const table = openTable(readTableEnvironment(process.env).conversationsTable);
const verify = createPersonVerifier(table, systemClock, readPersonEnvironment(process.env));

/** `GET /conversations/{id}/stream`: the rest of a turn, live or ended. */
export const handler = respondStream(
  createLogSecret(table),
  withPerson(verify, openConversationStream(process.env, table)),
);
