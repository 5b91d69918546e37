import { readChoicesEnvironment } from '#aws/composition/environment/chat-environment.ts';
import { readPersonEnvironment } from '#aws/composition/environment/identity-environment.ts';
import {
  readLedgerEnvironment,
  readStoreEnvironment,
} from '#aws/composition/environment/storage-environment.ts';
import { createConversationSearch, createConversationStorage } from '#aws/composition/storage.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { describeModel } from '#aws/model/describe-model.ts';
import { offerOf } from '#domain/chat/offer.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { createPersonVerifier } from '#identity/person-verifier.ts';
import { withPerson } from '#lambda/with-person.ts';
import { answerConversations } from '#api/conversation/answer-conversations.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';

const environment = {
  ...readStoreEnvironment(process.env),
  ...readLedgerEnvironment(process.env),
  ...readChoicesEnvironment(process.env),
};
const table = openTable(environment.conversationsTable);
const ports = {
  ...createConversationStorage(table, environment),
  ...createConversationSearch(table, environment),
  ledger: createDynamoLedger(table, environment.limits),
  limits: environment.limits,
  choices: environment,
  offer: offerOf(environment, (id) => ({ ...describeModel(id), price: bedrockPrices.of(id) })),
  clock: systemClock,
};
const verify = createPersonVerifier(table, systemClock, readPersonEnvironment(process.env));

/** `/conversations` and everything below it except the stream, `/options` and `/usage`. */
export const handler = respondBuffered(
  createLogSecret(table),
  withPerson(verify, (request, invocation) => answerConversations(ports, request, invocation)),
);
