import { readLedgerEnvironment, readStoreEnvironment } from '#aws/environment.ts';
import { createKeeping, createLedger } from '#aws/keeping.ts';
import { answerConversations } from '#lambda/answer-conversations.ts';
import { systemClock } from '#lambda/clock.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';

const environment = {
  ...readStoreEnvironment(process.env),
  ...readLedgerEnvironment(process.env),
};
const ports = {
  ...createKeeping(environment),
  ledger: createLedger(environment),
  limits: environment.limits,
  clock: systemClock,
};

/** `/conversations` and what is below it, but for the stream, and `/usage`: the caller's own. */
export const handler = respondBuffered((request, invocation) =>
  answerConversations(ports, request, invocation),
);
