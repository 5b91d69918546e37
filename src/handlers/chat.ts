import { createChatModel } from '#aws/chat-model.ts';
import { readChatEnvironment } from '#aws/environment.ts';
import { createKeeping } from '#aws/keeping.ts';
import { answerTurn } from '#lambda/answer-turn.ts';
import { systemClock } from '#lambda/clock.ts';
import { respondStream } from '#lambda/respond-stream.ts';

const environment = readChatEnvironment(process.env);
const model = createChatModel(environment, systemClock);
const ports = { ...createKeeping(environment), model, clock: systemClock };
const policy = { ...environment, defaultFormat: 'ui' } as const;

/** `POST /chat/stream`, and the chat Function URL: one turn, streamed. */
export const handler = respondStream((request, invocation) =>
  answerTurn(ports, policy, { request, invocation }),
);
