import { withAgents } from '#agents/agents.ts';
import { readChatEnvironment } from '#aws/composition/environment/chat-environment.ts';
import { readTraceEnvironment } from '#aws/composition/environment/trace-environment.ts';
import { createTurnPorts } from '#aws/composition/turn-ports.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';
import { answerChat } from '#api/chat/answer-chat.ts';
import { openTraces, traced } from '#api/turn/traced.ts';
import { createToolbox } from '#tools/toolbox.ts';

const environment = readChatEnvironment(process.env);
const table = openTable(environment.conversationsTable);
const toolbox = createToolbox(table, environment, systemClock);
const turnPorts = createTurnPorts(table, environment, systemClock, toolbox);
const ports = withAgents(turnPorts, environment.agents);
const settings = { ...environment, defaultFormat: 'json' } as const;
const traces = openTraces(readTraceEnvironment(process.env), { isBuffered: true });

/** `POST /chat`: one turn, in one piece. */
export const handler = respondBuffered(
  createLogSecret(table),
  traced(traces, (request, invocation) => answerChat(ports, settings, request, invocation)),
);
