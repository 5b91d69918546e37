import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import type { ModelTurn, TurnBlock, TurnMessage } from '#local/bedrock/turn/turn.ts';

export interface PlainTurnOptions {
  readonly system?: string | undefined;
  readonly messages: readonly TurnMessage[];
  readonly maxTokens?: number | undefined;
  readonly stopSequences?: readonly string[] | undefined;
}

/** Returns the turn of a request that has only text: no tools, schema or guardrail. */
export function plainTurn(model: ModelFacts, options: PlainTurnOptions): ModelTurn {
  const { system = '', messages, maxTokens, stopSequences = [] } = options;
  return {
    model,
    system: system === '' ? [] : [{ type: 'text', text: system }],
    messages,
    maxTokens: maxAnswerTokens(maxTokens, model),
    stopSequences,
    inference: { maxTokens },
    tools: [],
    toolChoice: { type: 'auto' },
    asked: { api: 'prompt', fields: {} },
    isReasoning: model.traits.reasoning === 'always',
    metadata: {},
  };
}

/** Returns a message with one block of text. */
export function textMessage(role: TurnMessage['role'], text: string): TurnMessage {
  const content: readonly TurnBlock[] = [{ type: 'text', text }];
  return { role, content };
}

/** The maximum length of an answer if neither the request nor the catalogue has one. */
const unlimitedAnswerTokens = 4_096;

/** Returns the maximum length of an answer: the requested one, or else the model's limit. */
export function maxAnswerTokens(
  requested: number | undefined,
  { maxOutputTokens }: ModelFacts,
): number {
  return requested ?? maxOutputTokens ?? unlimitedAnswerTokens;
}
