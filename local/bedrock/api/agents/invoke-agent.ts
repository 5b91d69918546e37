import { agentModel } from '#local/bedrock/api/agents/agent-model.ts';
import { answerTurn } from '#local/bedrock/turn/answer-turn.ts';
import { createAgentWriter } from '#local/bedrock/api/agents/agent-writer.ts';
import { agentStatuses, invalid, invalidRequest } from '#local/bedrock/server/bedrock-error.ts';
import { plainTurn } from '#local/bedrock/turn/plain-turn.ts';
import { toSearchResult } from '#local/bedrock/knowledge/retrieval.ts';
import { findTextModel } from '#local/bedrock/model/models.ts';
import type { BedrockOperation } from '#local/bedrock/api/operation.ts';
import { parseBody } from '#local/bedrock/server/parse-body.ts';
import { openSession } from '#local/bedrock/turn/session.ts';
import type { TurnBlock } from '#local/bedrock/turn/turn.ts';
import {
  anything,
  boolean,
  integer,
  list,
  map,
  object,
  readShape,
  string,
  structure,
  union,
  type Shaped,
} from '#local/wire/shape.ts';

const id = string({ max: 10, pattern: '[0-9a-zA-Z]+' });

const pathShape = structure({
  agentId: id,
  agentAliasId: id,
  sessionId: string({ min: 2, max: 100, pattern: '[0-9a-zA-Z._:-]+' }),
});

const result = structure(
  { actionGroup: string() },
  {
    function: string(),
    apiPath: string(),
    httpMethod: string(),
    responseBody: map(structure({}, { body: string() })),
    responseState: string(),
    confirmationState: string(),
  },
);

const invokeShape = structure(
  {},
  {
    inputText: string({ max: 25_000_000 }),
    enableTrace: boolean,
    endSession: boolean,
    memoryId: string(),
    sessionState: structure(
      {},
      {
        sessionAttributes: map(string()),
        promptSessionAttributes: map(string()),
        invocationId: string(),
        returnControlInvocationResults: list(union({ functionResult: result, apiResult: result })),
        knowledgeBaseConfigurations: anything,
        files: anything,
        conversationHistory: object,
      },
    ),
    streamingConfigurations: structure(
      {},
      { streamFinalResponse: boolean, applyGuardrailInterval: integer({ min: 1 }) },
    ),
    bedrockModelConfigurations: object,
    sourceArn: string(),
  },
);

type AgentRequest = Shaped<typeof invokeShape>;

/** Invokes a classic agent. All valid agent and alias ids refer to the same agent. */
export const invokeAgent: BedrockOperation = {
  name: 'InvokeAgent',
  method: 'POST',
  requiresSignature: true,
  errorStatuses: agentStatuses,
  path: /^\/agents\/(?<agentId>[^/]+)\/agentAliases\/(?<agentAliasId>[^/]+)\/sessions\/(?<sessionId>[^/]+)\/text$/u,
  async run(call) {
    const { note, params, request, context } = call;
    const names = readShape(pathShape, params, invalidRequest);
    const body = request.body.length === 0 ? {} : parseBody(request.body);
    const input = readShape(invokeShape, body, invalidRequest);
    const key = `agent ${names.agentId} ${names.agentAliasId} ${names.sessionId}`;
    const session = openSession(context, key);
    const content = contentOf(input);
    if (content.length === 0) {
      if (input.endSession !== true) throw invalid('The input text is required.');
      context.sessions.delete(key);
    }
    note.modelId = agentModel;
    const text = input.inputText ?? '';
    const [base] = context.knowledgeBases.values();
    const passages = base === undefined || text === '' ? [] : base.search(text, { limit: 5 });
    const plain = plainTurn(findTextModel(agentModel, context.policy), {
      system: 'You are an agent. Answer from what you find.',
      messages: [
        ...session.messages,
        { role: 'user', content: [...passages.map(toSearchResult), ...content] },
      ],
    });
    const turn = { ...plain, agent: names.agentId };
    const writer = createAgentWriter({
      ...names,
      clock: context.clock,
      turn,
      passages,
      knowledgeBaseId: base?.id,
      isTraced: input.enableTrace === true,
      isStreamed: input.streamingConfigurations?.streamFinalResponse === true,
      remember(answer) {
        if (input.endSession === true) context.sessions.delete(key);
        else session.remember(answer, content);
      },
    });
    await answerTurn(call, turn, { type: 'stream', writer });
  },
};

/** Returns the user's text, or the results of the functions that the agent returned control for. */
function contentOf({ inputText, sessionState }: AgentRequest): readonly TurnBlock[] {
  const results = sessionState?.returnControlInvocationResults ?? [];
  const resultBlocks = results.map(({ value }): TurnBlock => {
    const bodies = Object.values(value.responseBody ?? {}).map(({ body = '' }) => body);
    const isError = value.responseState === 'FAILURE' || value.responseState === 'REPROMPT';
    const text = bodies.join('\n');
    return {
      type: 'tool-result',
      toolUseId: sessionState?.invocationId ?? '',
      content: [{ type: 'text', text }],
      isError,
    };
  });
  if (resultBlocks.length > 0 || inputText === undefined || inputText.trim() === '') {
    return resultBlocks;
  }
  return [{ type: 'text', text: inputText }];
}
