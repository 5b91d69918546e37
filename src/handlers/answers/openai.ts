import type { Table } from '#aws/dynamo/table.ts';
import type { Variables } from '#aws/composition/environment/variables.ts';
import { systemClock } from '#api/http/clock.ts';
import type { Answer } from '#api/http/http.ts';
import { answerOpenAi } from '#api/openai/answer-openai.ts';
import { readChatEnvironment } from '#aws/composition/environment/chat-environment.ts';
import { createTurnPorts } from '#aws/composition/turn-ports.ts';

/** `POST /v1/chat/completions` and `GET /v1/models`: the same turns, in OpenAI's format. */
export function openOpenAi(variables: Variables, table: Table): Answer {
  const environment = readChatEnvironment(variables);
  const ports = createTurnPorts(table, environment, systemClock);
  return (request, invocation) => answerOpenAi(ports, environment, request, invocation);
}
