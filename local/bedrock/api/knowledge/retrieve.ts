import { agentStatuses, invalidRequest } from '#local/bedrock/server/bedrock-error.ts';
import {
  findKnowledgeBase,
  retrievalShape,
  retrievePassages,
  toReference,
} from '#local/bedrock/knowledge/retrieval.ts';
import { sendJson, type BedrockOperation } from '#local/bedrock/api/operation.ts';
import { parseBody } from '#local/bedrock/server/parse-body.ts';
import { readShape, string, structure } from '#local/wire/shape.ts';

const retrieveShape = structure(
  { retrievalQuery: structure({ text: string({ max: 20_000 }) }) },
  { retrievalConfiguration: retrievalShape, nextToken: string({ min: 1, max: 2_048 }) },
);

/** Searches a knowledge base. All results are on one page. */
export const retrieve: BedrockOperation = {
  name: 'Retrieve',
  method: 'POST',
  requiresSignature: true,
  errorStatuses: agentStatuses,
  path: /^\/knowledgebases\/(?<knowledgeBaseId>[^/]+)\/retrieve$/u,
  answersWithoutModel: true,
  run(call) {
    const { note, params, request, context } = call;
    const body = readShape(retrieveShape, parseBody(request.body), invalidRequest);
    const base = findKnowledgeBase(context, params['knowledgeBaseId'] ?? '');
    const { text } = body.retrievalQuery;
    note.prompt = text;
    const passages = retrievePassages(base, text, body.retrievalConfiguration);
    const retrievalResults = passages.map((passage) => {
      const { documentId, score } = passage;
      return Object.assign(toReference(passage), { documentId, score });
    });
    sendJson(call, { retrievalResults });
  },
};
