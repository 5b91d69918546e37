import { randomUUID } from 'node:crypto';
import { answerTurn } from '#local/bedrock/turn/answer-turn.ts';
import { invalid, invalidRequest } from '#local/bedrock/server/bedrock-error.ts';
import { eventFrame } from '#local/wire/event-stream.ts';
import { plainTurn } from '#local/bedrock/turn/plain-turn.ts';
import {
  createGroundedWriter,
  renderGrounded,
} from '#local/bedrock/api/knowledge/grounded-answer.ts';
import type { Found } from '#local/bedrock/knowledge/knowledge-base.ts';
import {
  findKnowledgeBase,
  retrievalShape,
  search,
  toSearchResult,
} from '#local/bedrock/knowledge/retrieval.ts';
import { findTextModel } from '#local/bedrock/model/models.ts';
import { sendJson, type BedrockOperation } from '#local/bedrock/api/operation.ts';
import { parseBody } from '#local/bedrock/server/parse-body.ts';
import { openSession } from '#local/bedrock/turn/session.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import type { ModelTurn, TurnMessage } from '#local/bedrock/turn/turn.ts';
import { integer, list, number, oneOf, readShape, string, structure } from '#local/wire/shape.ts';

const guardrailConfiguration = structure({ guardrailId: string(), guardrailVersion: string() });

const generateShape = structure(
  {
    input: structure({ text: string({ max: 20_000 }) }),
    retrieveAndGenerateConfiguration: structure(
      { type: oneOf('KNOWLEDGE_BASE', 'EXTERNAL_SOURCES') },
      {
        knowledgeBaseConfiguration: structure(
          { knowledgeBaseId: string(), modelArn: string({ min: 1 }) },
          {
            retrievalConfiguration: retrievalShape,
            generationConfiguration: structure(
              {},
              {
                guardrailConfiguration,
                promptTemplate: structure({}, { textPromptTemplate: string() }),
                inferenceConfig: structure(
                  {},
                  {
                    textInferenceConfig: structure(
                      {},
                      {
                        maxTokens: integer({ min: 0 }),
                        temperature: number({ min: 0, max: 1 }),
                        topP: number({ min: 0, max: 1 }),
                        stopSequences: list(string()),
                      },
                    ),
                  },
                ),
              },
            ),
          },
        ),
      },
    ),
  },
  { sessionId: string({ min: 2, max: 100 }) },
);

/** What Bedrock says by default where nothing was found. */
const nothingFound = 'Sorry, I am unable to assist you with this request.';

export const retrieveAndGenerate: BedrockOperation = {
  name: 'RetrieveAndGenerate',
  method: 'POST',
  requiresSignature: true,
  path: /^\/retrieveAndGenerate$/u,
  async run(call) {
    const { turn, found, sessionId, remember } = read(call);
    if (found.length === 0) {
      return sendJson(call, { citations: [], output: { text: nothingFound }, sessionId });
    }
    await answerTurn(call, {
      turn,
      reply: {
        type: 'whole',
        render(answer) {
          remember(answer);
          return { body: { ...renderGrounded(answer, found), sessionId } };
        },
      },
    });
  },
};

export const retrieveAndGenerateStream: BedrockOperation = {
  name: 'RetrieveAndGenerateStream',
  method: 'POST',
  requiresSignature: true,
  path: /^\/retrieveAndGenerateStream$/u,
  async run(call) {
    const { turn, found, sessionId, remember } = read(call);
    const headers = { 'x-amzn-bedrock-knowledge-base-session-id': sessionId };
    if (found.length === 0) {
      call.response.start(200, {
        'content-type': 'application/vnd.amazon.eventstream',
        ...headers,
      });
      call.response.end(eventFrame('output', JSON.stringify({ text: nothingFound })));
      call.note.outcome = 'completed';
      return;
    }
    const writer = createGroundedWriter({ found, headers, remember });
    await answerTurn(call, { turn, reply: { type: 'stream', writer } });
  },
};

interface Grounded {
  readonly turn: ModelTurn;
  readonly found: readonly Found[];
  readonly sessionId: string;
  readonly remember: ReturnType<typeof openSession>['remember'];
}

function read({ note, request, context }: BedrockCall): Grounded {
  const asked = readShape(generateShape, parseBody(request.body), invalidRequest);
  const { type, knowledgeBaseConfiguration: config } = asked.retrieveAndGenerateConfiguration;
  if (type === 'EXTERNAL_SOURCES') throw invalid('External sources cannot be read from here.');
  if (config === undefined) {
    throw invalid('knowledgeBaseConfiguration is required where type is KNOWLEDGE_BASE.');
  }
  note.modelId = config.modelArn;
  const model = findTextModel(config.modelArn, context.policy);
  const base = findKnowledgeBase(context, config.knowledgeBaseId);
  const sessionId = asked.sessionId ?? randomUUID();
  const key = `knowledge ${config.knowledgeBaseId} ${sessionId}`;
  if (asked.sessionId !== undefined && !context.sessions.has(key)) {
    throw invalid(`Session with Id ${sessionId} is not valid. Please check and try again.`);
  }
  const session = openSession(context, key);
  const { text } = asked.input;
  const found = search(base, text, config.retrievalConfiguration);
  const question: TurnMessage = {
    role: 'user',
    content: [...found.map(toSearchResult), { type: 'text', text }],
  };
  const { guardrailConfiguration: guardrail, inferenceConfig } =
    config.generationConfiguration ?? {};
  const { maxTokens, stopSequences } = inferenceConfig?.textInferenceConfig ?? {};
  const plain = plainTurn(model, {
    messages: [...session.messages, question],
    maxTokens: maxTokens === 0 ? undefined : maxTokens,
    stopSequences,
  });
  const turn: ModelTurn =
    guardrail === undefined
      ? plain
      : {
          ...plain,
          guardrail: {
            identifier: guardrail.guardrailId,
            version: guardrail.guardrailVersion,
            trace: 'disabled',
            mode: 'sync',
          },
        };
  return { turn, found, sessionId, remember: (answer) => session.remember(answer, text) };
}
