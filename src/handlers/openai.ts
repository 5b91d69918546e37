import { openTable } from '#aws/dynamo/table.ts';
import { readChatEnvironment } from '#aws/composition/environment/chat-environment.ts';
import { readTraceEnvironment } from '#aws/composition/environment/trace-environment.ts';
import { createTurnPorts } from '#aws/composition/turn-ports.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { answerOpenAi } from '#api/openai/answer-openai.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondStream } from '#lambda/respond-stream.ts';
import { openTraces, traced } from '#api/turn/traced.ts';

const environment = readChatEnvironment(process.env);
const table = openTable(environment.conversationsTable);
const ports = createTurnPorts(table, environment, systemClock);
const traces = openTraces(readTraceEnvironment(process.env));

/** `POST /v1/chat/completions` and `GET /v1/models`: the same turns, in OpenAI's format. */
export const handler = respondStream(
  createLogSecret(table),
  traced(traces, (request, invocation) => answerOpenAi(ports, environment, request, invocation)),
);
