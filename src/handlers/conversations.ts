import { createDocumentClient, createDynamoConversations } from '#aws/dynamo-conversations.ts';
import { readConversationsTable } from '#aws/environment.ts';
import { answerConversations } from '#lambda/answer-conversations.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';

const conversations = createDynamoConversations(
  createDocumentClient(),
  readConversationsTable(process.env),
);
const ports = { conversations, now: Date.now };

/** `/conversations` and `/conversations/{id}`: the caller's own. */
export const handler = respondBuffered((request, invocation) =>
  answerConversations(ports, request, invocation),
);
