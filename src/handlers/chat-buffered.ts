import { createBedrockClient, createBedrockModel } from '#aws/bedrock-model.ts';
import { createDocumentClient, createDynamoConversations } from '#aws/dynamo-conversations.ts';
import { readChatEnvironment } from '#aws/environment.ts';
import { answerTurn } from '#lambda/answer-turn.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';

const environment = readChatEnvironment(process.env);
const model = createBedrockModel(createBedrockClient());
const conversations = createDynamoConversations(
  createDocumentClient(),
  environment.conversationsTable,
);
const ports = { model, conversations, now: Date.now };
const policy = { ...environment, defaultFormat: 'json' } as const;

/** `POST /chat`: one turn, in one piece. */
export const handler = respondBuffered((request, invocation) =>
  answerTurn(ports, policy, { request, invocation }),
);
