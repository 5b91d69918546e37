import { readStoreEnvironment } from '#aws/composition/environment.ts';
import { createConversationStorage } from '#aws/composition/storage.ts';
import { answerStream } from '#lambda/turn/answer-follow.ts';
import { systemClock } from '#lambda/runtime/clock.ts';
import { respondStream } from '#lambda/runtime/respond-stream.ts';

const ports = {
  ...createConversationStorage(readStoreEnvironment(process.env)),
  clock: systemClock,
};

/** `GET /conversations/{id}/stream`: the rest of a turn, live or ended. */
export const handler = respondStream((request, invocation) =>
  answerStream(ports, request, invocation),
);
