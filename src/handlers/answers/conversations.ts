import type { Table } from '#aws/dynamo/table.ts';
import type { Variables } from '#aws/composition/environment/variables.ts';
import { systemClock } from '#api/http/clock.ts';
import type { Answer } from '#api/http/http.ts';
import { answerConversations } from '#api/conversation/answer-conversations.ts';
import { readChoicesEnvironment } from '#aws/composition/environment/chat-environment.ts';
import {
  readLedgerEnvironment,
  readStoreEnvironment,
} from '#aws/composition/environment/storage-environment.ts';
import { createConversationSearch, createConversationStorage } from '#aws/composition/storage.ts';
import { describeModel } from '#aws/model/describe-model.ts';
import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { offerOf } from '#domain/chat/offer.ts';

/** `/conversations` and everything below it except the stream, `/options`, `/search` and `/usage`. */
export function openConversations(variables: Variables, table: Table): Answer {
  const store = readStoreEnvironment(variables);
  const { limits } = readLedgerEnvironment(variables);
  const choices = readChoicesEnvironment(variables);
  const ports = {
    ...createConversationStorage(table, store),
    ...createConversationSearch(table, store),
    ledger: createDynamoLedger(table, limits),
    limits,
    choices,
    offer: offerOf(choices, (id) => ({ ...describeModel(id), price: bedrockPrices.of(id) })),
    clock: systemClock,
  };
  return (request, invocation) => answerConversations(ports, request, invocation);
}
