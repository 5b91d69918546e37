import { createChatModel } from '#aws/chat-model.ts';
import { readChatEnvironment } from '#aws/environment.ts';
import { createKeeping } from '#aws/keeping.ts';
import { answerTurn } from '#lambda/answer-turn.ts';
import { systemClock } from '#lambda/clock.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';

const environment = readChatEnvironment(process.env);
const model = createChatModel(environment, systemClock);
const ports = { ...createKeeping(environment), model, clock: systemClock };
const policy = { ...environment, defaultFormat: 'json' } as const;

/** `POST /chat`: one turn, in one piece. */
export const handler = respondBuffered((request, invocation) =>
  answerTurn(ports, policy, { request, invocation }),
);
