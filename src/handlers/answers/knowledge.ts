import type { Table } from '#aws/dynamo/table.ts';
import type { Variables } from '#aws/composition/environment/variables.ts';
import { systemClock } from '#api/http/clock.ts';
import type { Answer } from '#api/http/http.ts';
import { answerKnowledge } from '#api/model/answer-knowledge.ts';
import { readKnowledgeEnvironment } from '#aws/composition/environment/chat-environment.ts';
import { readOneShotEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { createOneShotPorts } from '#aws/composition/turn-ports.ts';
import { createKnowledge } from '#aws/model/knowledge-base.ts';

/** `POST /knowledge/search`: the passages for a query. */
export function openKnowledge(variables: Variables, table: Table): Answer {
  const environment = readKnowledgeEnvironment(variables);
  const ports = {
    ...createOneShotPorts(table, readOneShotEnvironment(variables), systemClock),
    knowledge: createKnowledge(environment),
  };
  return (request, invocation) => answerKnowledge(ports, environment, request, invocation);
}
