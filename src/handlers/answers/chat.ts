import type { Table } from '#aws/dynamo/table.ts';
import type { Variables } from '#aws/composition/environment/variables.ts';
import { systemClock } from '#api/http/clock.ts';
import type { Answer } from '#api/http/http.ts';
import { withAgents } from '#agents/agents.ts';
import { answerChat } from '#api/chat/answer-chat.ts';
import { readChatEnvironment } from '#aws/composition/environment/chat-environment.ts';
import { createTurnPorts } from '#aws/composition/turn-ports.ts';
import type { TurnFormat } from '#protocol/turn/turn-encoding.ts';
import { createToolbox } from '#tools/toolbox.ts';

/** `POST /chat`, `POST /chat/stream` and the root of a Function URL: one turn. */
export function openChat(variables: Variables, table: Table, defaultFormat: TurnFormat): Answer {
  const environment = readChatEnvironment(variables);
  const toolbox = createToolbox(table, environment, systemClock);
  const turnPorts = createTurnPorts(table, environment, systemClock, toolbox);
  const ports = withAgents(turnPorts, environment.agents);
  const settings = { ...environment, defaultFormat };
  return (request, invocation) => answerChat(ports, settings, request, invocation);
}
