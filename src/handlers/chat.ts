import { withAgents } from '#agents/agents.ts';
import { readChatEnvironment } from '#aws/composition/environment/chat-environment.ts';
import { readPersonEnvironment } from '#aws/composition/environment/identity-environment.ts';
import { readTraceEnvironment } from '#aws/composition/environment/trace-environment.ts';
import { createTurnPorts } from '#aws/composition/turn-ports.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { createPersonVerifier } from '#identity/person-verifier.ts';
import { withPerson } from '#lambda/with-person.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondStream } from '#lambda/respond-stream.ts';
import { answerChat } from '#api/chat/answer-chat.ts';
import { openTraces, traced } from '#api/turn/traced.ts';
import { createToolbox } from '#tools/toolbox.ts';

const environment = readChatEnvironment(process.env);
const table = openTable(environment.conversationsTable);
const toolbox = createToolbox(table, environment, systemClock);
const turnPorts = createTurnPorts(table, environment, systemClock, toolbox);
const ports = withAgents(turnPorts, environment.agents);
const settings = { ...environment, defaultFormat: 'ui' } as const;
const verify = createPersonVerifier(table, systemClock, readPersonEnvironment(process.env));
const traces = openTraces(readTraceEnvironment(process.env));

/** `POST /chat/stream` and the chat Function URL: one turn, streamed. */
export const handler = respondStream(
  createLogSecret(table),
  traced(
    traces,
    withPerson(verify, (request, invocation) => answerChat(ports, settings, request, invocation)),
  ),
);
