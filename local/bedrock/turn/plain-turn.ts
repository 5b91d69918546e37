import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelFacts } from '#local/bedrock/model/models.ts';
import type { ModelTurn, TurnBlock, TurnMessage } from '#local/bedrock/turn/turn.ts';

export interface PlainTurnOptions {
  readonly system?: string | undefined;
  readonly messages: readonly TurnMessage[];
  readonly maxTokens?: number | undefined;
  readonly stopSequences?: readonly string[] | undefined;
}

/** A turn of a format that has no more than words. */
export function plainTurn(model: ModelFacts, plain: PlainTurnOptions): ModelTurn {
  const { system = '', messages, maxTokens, stopSequences = [] } = plain;
  return {
    model,
    system: system === '' ? [] : [{ type: 'text', text: system }],
    messages,
    maxTokens: readMaxTokens(maxTokens, model),
    stopSequences,
    inference: { maxTokens },
    tools: [],
    toolChoice: { type: 'auto' },
    isReasoning: model.reasoning === 'always',
    metadata: {},
  };
}

export function textMessage(role: TurnMessage['role'], text: string): TurnMessage {
  const content: readonly TurnBlock[] = [{ type: 'text', text }];
  return { role, content };
}

/** How long an answer may be: what is asked for, or all that the model can. Throws for more. */
export function readMaxTokens(asked: number | undefined, { maxOutputTokens }: ModelFacts): number {
  const maxTokens = asked ?? maxOutputTokens;
  if (maxTokens <= maxOutputTokens) return maxTokens;
  throw invalid(
    `The maximum tokens you requested exceeds the model limit of ${maxOutputTokens}. ` +
      `Try again with a maximum tokens value that is lower than ${maxOutputTokens}.`,
  );
}
