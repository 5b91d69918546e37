import { readTableEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { readTraceEnvironment } from '#aws/composition/environment/trace-environment.ts';
import { openTraces, traced } from '#api/turn/traced.ts';
import { respondStream } from '#lambda/respond-stream.ts';
import { openOpenAi } from '#handlers/answers/openai.ts';

const table = openTable(readTableEnvironment(process.env).conversationsTable);
const traces = openTraces(readTraceEnvironment(process.env));

/** `POST /v1/chat/completions` and `GET /v1/models`: the same turns, in OpenAI's format. */
export const handler = respondStream(
  createLogSecret(table),
  traced(traces, openOpenAi(process.env, table)),
);
