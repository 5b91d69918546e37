import { withAgents } from '#agents/agents.ts';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { readChatEnvironment } from '#aws/composition/environment.ts';
import { createTurnPorts } from '#aws/composition/turn-ports.ts';
import { answerTurn } from '#lambda/turn/answer-chat.ts';
import { systemClock } from '#lambda/runtime/clock.ts';
import { createToolbox } from '#tools/toolbox.ts';
import { respondStream } from '#lambda/runtime/respond-stream.ts';

const environment = readChatEnvironment(process.env);
const toolbox = createToolbox(environment, systemClock);
const ports = withAgents(createTurnPorts(environment, systemClock, toolbox), environment.agents);
const policy = { ...environment, prices: bedrockPrices, defaultFormat: 'ui' } as const;

/** `POST /chat/stream`, and the chat Function URL: one turn, streamed. */
export const handler = respondStream((request, invocation) =>
  answerTurn(ports, policy, { request, invocation }),
);
