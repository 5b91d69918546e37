import { readTableEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { readTraceEnvironment } from '#aws/composition/environment/trace-environment.ts';
import { openTraces, traced } from '#api/turn/traced.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';
import { openChat } from '#handlers/answers/chat.ts';

const table = openTable(readTableEnvironment(process.env).conversationsTable);
const traces = openTraces(readTraceEnvironment(process.env), { isBuffered: true });

/** `POST /chat`: one turn, in one piece. */
export const handler = respondBuffered(
  createLogSecret(table),
  traced(traces, openChat(process.env, table, 'json')),
);
