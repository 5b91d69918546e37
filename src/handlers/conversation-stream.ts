import { readPersonEnvironment } from '#aws/composition/environment/identity-environment.ts';
import { readStoreEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createConversationStorage } from '#aws/composition/storage.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { createPersonVerifier } from '#identity/person-verifier.ts';
import { withPerson } from '#lambda/with-person.ts';
import { answerFollow } from '#api/turn/answer-follow.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondStream } from '#lambda/respond-stream.ts';

const environment = readStoreEnvironment(process.env);
const table = openTable(environment.conversationsTable);
const ports = { ...createConversationStorage(table, environment), clock: systemClock };
const verify = createPersonVerifier(table, systemClock, readPersonEnvironment(process.env));

/** `GET /conversations/{id}/stream`: the rest of a turn, live or ended. */
export const handler = respondStream(
  createLogSecret(table),
  withPerson(verify, (request, invocation) => answerFollow(ports, request, invocation)),
);
