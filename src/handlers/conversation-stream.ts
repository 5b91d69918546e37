import { readStoreEnvironment } from '#aws/environment.ts';
import { createKeeping } from '#aws/keeping.ts';
import { answerStream } from '#lambda/answer-stream.ts';
import { systemClock } from '#lambda/clock.ts';
import { respondStream } from '#lambda/respond-stream.ts';

const ports = { ...createKeeping(readStoreEnvironment(process.env)), clock: systemClock };

/** `GET /conversations/{id}/stream`: the rest of a turn, live or ended. */
export const handler = respondStream((request, invocation) =>
  answerStream(ports, request, invocation),
);
