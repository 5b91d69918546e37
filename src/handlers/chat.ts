import { createBedrockClient, createBedrockModel } from '#aws/bedrock-model.ts';
import { createDocumentClient, createDynamoConversations } from '#aws/dynamo-conversations.ts';
import { readChatEnvironment } from '#aws/environment.ts';
import { answerTurn } from '#lambda/answer-turn.ts';
import { respondStream } from '#lambda/respond-stream.ts';

const environment = readChatEnvironment(process.env);
const model = createBedrockModel(createBedrockClient());
const conversations = createDynamoConversations(
  createDocumentClient(),
  environment.conversationsTable,
);
const ports = { model, conversations, now: Date.now };
const policy = { ...environment, defaultFormat: 'ui' } as const;

/** `POST /chat/stream`, and the chat Function URL: one turn, streamed. */
export const handler = respondStream((request, invocation) =>
  answerTurn(ports, policy, { request, invocation }),
);
