import { bedrockPrices } from '#aws/spending/bedrock-prices.ts';
import { readKnowledgeEnvironment, readLedgerEnvironment } from '#aws/composition/environment.ts';
import { createKnowledge } from '#aws/model/knowledge-base.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createDynamoLedger } from '#aws/spending/dynamo-ledger.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { answerKnowledge } from '#lambda/model/answer-knowledge.ts';
import { systemClock } from '#lambda/runtime/clock.ts';
import { respondBuffered } from '#lambda/runtime/respond-buffered.ts';

const environment = readKnowledgeEnvironment(process.env);
const { conversationsTable, limits } = readLedgerEnvironment(process.env);
const table = openTable(conversationsTable);
const ports = {
  knowledge: createKnowledge(environment),
  ledger: createDynamoLedger(table, limits),
  prices: bedrockPrices,
  clock: systemClock,
};

/** `POST /knowledge/search`: the passages for a query. */
export const handler = respondBuffered(createLogSecret(table), (request, invocation) =>
  answerKnowledge(ports, environment, request, invocation),
);
