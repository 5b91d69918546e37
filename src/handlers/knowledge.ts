import { readTableEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { readTraceEnvironment } from '#aws/composition/environment/trace-environment.ts';
import { openTraces, traced } from '#api/turn/traced.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';
import { openKnowledge } from '#handlers/answers/knowledge.ts';

const table = openTable(readTableEnvironment(process.env).conversationsTable);
const traces = openTraces(readTraceEnvironment(process.env), { isBuffered: true });

/** `POST /knowledge/search`: the passages for a query. */
export const handler = respondBuffered(
  createLogSecret(table),
  traced(traces, openKnowledge(process.env, table)),
);
