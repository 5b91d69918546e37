import { readTableEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { readPersonEnvironment } from '#aws/composition/environment/identity-environment.ts';
import { createPersonVerifier } from '#identity/person-verifier.ts';
import { withPerson } from '#lambda/with-person.ts';
import { systemClock } from '#api/http/clock.ts';
import { readTraceEnvironment } from '#aws/composition/environment/trace-environment.ts';
import { openTraces, traced } from '#api/turn/traced.ts';
import { respondStream } from '#lambda/respond-stream.ts';
import { openChat } from '#handlers/answers/chat.ts';

const table = openTable(readTableEnvironment(process.env).conversationsTable);
const verify = createPersonVerifier(table, systemClock, readPersonEnvironment(process.env));
const traces = openTraces(readTraceEnvironment(process.env));

/** `POST /chat/stream` and the chat Function URL: one turn, streamed. */
export const handler = respondStream(
  createLogSecret(table),
  traced(traces, withPerson(verify, openChat(process.env, table, 'ui'))),
);
