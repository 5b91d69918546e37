import { createBedrockClient } from '#aws/bedrock/sdk-converse.ts';
import { createDynamoClient } from '#aws/dynamo/dynamo-client.ts';
import { createTable } from '#aws/dynamo/table.ts';
import { readLangChainEnvironment } from '#aws/composition/environment/chat-environment.ts';
import { readTraceEnvironment } from '#aws/composition/environment/trace-environment.ts';
import { createOneShotPorts } from '#aws/composition/turn-ports.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { answerLangChain, answerLangChainDirect } from '#api/model/answer-langchain.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondStream } from '#lambda/respond-stream.ts';
import { openTraces, traced, tracedInvocation } from '#api/turn/traced.ts';
import { createChain } from '#langchain/chain.ts';
import { createDynamoSessions } from '#langchain/dynamo-sessions.ts';

const environment = readLangChainEnvironment(process.env);
const { models, modelRegion: region, maxOutputTokens: maxTokens, historyTable } = environment;
const { guardrail, serviceTier } = environment;
const client = createBedrockClient(region);
const dynamo = createDynamoClient();
const table = createTable(environment.conversationsTable, dynamo);
const ports = {
  ...createOneShotPorts(table, environment, systemClock),
  chain: createChain({ modelId: models[0], region, maxTokens, client, guardrail, serviceTier }),
  sessions: createDynamoSessions(createTable(historyTable, dynamo)),
};
const traces = openTraces(readTraceEnvironment(process.env));

/** The LangChain Function URL: `POST` streams text; `GET` and direct invocations get JSON. */
export const handler = respondStream(
  createLogSecret(table),
  traced(traces, (request, invocation) => answerLangChain(ports, environment, request, invocation)),
  (event, invocation) =>
    answerLangChainDirect(ports, environment, event, tracedInvocation(traces, invocation)),
);
