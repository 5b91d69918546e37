import { randomUUID } from 'node:crypto';
import { answerTurn } from '#local/bedrock/turn/answer-turn.ts';
import { agentStatuses, invalid, invalidRequest } from '#local/bedrock/server/bedrock-error.ts';
import { eventFrame } from '#local/wire/event-stream.ts';
import { plainTurn } from '#local/bedrock/turn/plain-turn.ts';
import {
  createGroundedWriter,
  renderGrounded,
} from '#local/bedrock/api/knowledge/grounded-answer.ts';
import type { ScoredPassage } from '#local/bedrock/knowledge/knowledge-base.ts';
import {
  findKnowledgeBase,
  retrievalShape,
  retrievePassages,
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

/** Bedrock's default answer if no passage was found. */
const noPassagesText = 'Sorry, I am unable to assist you with this request.';

/** Searches a knowledge base and answers from the passages it finds, as a whole. */
export const retrieveAndGenerate: BedrockOperation = {
  name: 'RetrieveAndGenerate',
  method: 'POST',
  requiresSignature: true,
  errorStatuses: agentStatuses,
  path: /^\/retrieveAndGenerate$/u,
  async run(call) {
    const { turn, passages, sessionId, remember } = read(call);
    if (passages.length === 0) {
      return sendJson(call, { citations: [], output: { text: noPassagesText }, sessionId });
    }
    await answerTurn(call, turn, {
      type: 'whole',
      render(answer) {
        remember(answer);
        return { body: { ...renderGrounded(answer, passages), sessionId } };
      },
    });
  },
};

/** Searches a knowledge base and answers from the passages it finds, as a stream of events. */
export const retrieveAndGenerateStream: BedrockOperation = {
  name: 'RetrieveAndGenerateStream',
  method: 'POST',
  requiresSignature: true,
  errorStatuses: agentStatuses,
  path: /^\/retrieveAndGenerateStream$/u,
  async run(call) {
    const { turn, passages, sessionId, remember } = read(call);
    const headers = { 'x-amzn-bedrock-knowledge-base-session-id': sessionId };
    if (passages.length === 0) {
      call.response.start(200, {
        'content-type': 'application/vnd.amazon.eventstream',
        ...headers,
      });
      call.response.end(eventFrame('output', JSON.stringify({ text: noPassagesText })));
      call.note.outcome = 'completed';
      return;
    }
    const writer = createGroundedWriter(passages, headers, remember);
    await answerTurn(call, turn, { type: 'stream', writer });
  },
};

interface GroundedTurn {
  readonly turn: ModelTurn;
  readonly passages: readonly ScoredPassage[];
  readonly sessionId: string;
  readonly remember: ReturnType<typeof openSession>['remember'];
}

function read({ note, request, context }: BedrockCall): GroundedTurn {
  const body = readShape(generateShape, parseBody(request.body), invalidRequest);
  const { type, knowledgeBaseConfiguration: config } = body.retrieveAndGenerateConfiguration;
  if (type === 'EXTERNAL_SOURCES')
    throw invalid('The local Bedrock does not support external sources.');
  if (config === undefined) {
    throw invalid('knowledgeBaseConfiguration is required where type is KNOWLEDGE_BASE.');
  }
  note.modelId = config.modelArn;
  const model = findTextModel(config.modelArn, context.policy);
  const base = findKnowledgeBase(context, config.knowledgeBaseId);
  const sessionId = body.sessionId ?? randomUUID();
  const key = `knowledge ${config.knowledgeBaseId} ${sessionId}`;
  if (body.sessionId !== undefined && !context.sessions.has(key)) {
    throw invalid(`Session with Id ${sessionId} is not valid. Please check and try again.`);
  }
  const session = openSession(context, key);
  const { text } = body.input;
  const passages = retrievePassages(base, text, config.retrievalConfiguration);
  const question: TurnMessage = {
    role: 'user',
    content: [...passages.map(toSearchResult), { type: 'text', text }],
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
  return { turn, passages, sessionId, remember: (answer) => session.remember(answer, text) };
}
