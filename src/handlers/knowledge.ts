import { readKnowledgeEnvironment } from '#aws/composition/environment/chat-environment.ts';
import { readOneShotEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { readTraceEnvironment } from '#aws/composition/environment/trace-environment.ts';
import { createOneShotPorts } from '#aws/composition/turn-ports.ts';
import { createKnowledge } from '#aws/model/knowledge-base.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { answerKnowledge } from '#api/model/answer-knowledge.ts';
import { systemClock } from '#api/http/clock.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';
import { openTraces, traced } from '#api/turn/traced.ts';

const environment = readKnowledgeEnvironment(process.env);
const storage = readOneShotEnvironment(process.env);
const table = openTable(storage.conversationsTable);
const ports = {
  ...createOneShotPorts(table, storage, systemClock),
  knowledge: createKnowledge(environment),
};
const traces = openTraces(readTraceEnvironment(process.env), { isBuffered: true });

/** `POST /knowledge/search`: the passages for a query. */
export const handler = respondBuffered(
  createLogSecret(table),
  traced(traces, (request, invocation) => answerKnowledge(ports, environment, request, invocation)),
);
