import { readLedgerEnvironment, readStoreEnvironment } from '#aws/composition/environment.ts';
import { createConversationStorage, createLedger } from '#aws/composition/storage.ts';
import { answerConversations } from '#lambda/conversation/answer-conversations.ts';
import { systemClock } from '#lambda/runtime/clock.ts';
import { respondBuffered } from '#lambda/runtime/respond-buffered.ts';

const environment = {
  ...readStoreEnvironment(process.env),
  ...readLedgerEnvironment(process.env),
};
const ports = {
  ...createConversationStorage(environment),
  ledger: createLedger(environment),
  limits: environment.limits,
  clock: systemClock,
};

/** `/conversations` and what is below it, but for the stream, and `/usage`: the caller's own. */
export const handler = respondBuffered((request, invocation) =>
  answerConversations(ports, request, invocation),
);
