import { readStoreEnvironment } from '#aws/environment.ts';
import { createKeeping } from '#aws/keeping.ts';
import { answerConversations } from '#lambda/answer-conversations.ts';
import { systemClock } from '#lambda/clock.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';

const ports = { ...createKeeping(readStoreEnvironment(process.env)), clock: systemClock };

/** `/conversations` and what is below it, but for the stream: the caller's own. */
export const handler = respondBuffered((request, invocation) =>
  answerConversations(ports, request, invocation),
);
