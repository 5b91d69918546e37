import type { ConverseStreamCommandInput } from '@aws-sdk/client-bedrock-runtime';
import { findModelFacts } from '#aws/model/model-facts.ts';
import { traitsOf } from '#aws/model/model-traits.ts';
import type { PromptMessage } from '#domain/conversation/message.ts';
import type { ModelRequest } from '#domain/model/model.ts';
import { efforts, minThinkingTokens, type Effort } from '#domain/model-settings.ts';

type Settings = Pick<
  ConverseStreamCommandInput,
  'additionalModelRequestFields' | 'outputConfig' | 'serviceTier'
>;

type ModelFields = Record<string, string | Record<string, string | number>>;

/**
 * Returns the members of a Converse request for the settings that its model has. A model that
 * replaces another one may have fewer, so the others are left out.
 */
export function toConverseSettings(request: ModelRequest): Settings {
  const { modelId, serviceTier } = request;
  const effort = effortFor(request);
  const { in: effortIn } = findModelFacts(modelId).facts?.effort ?? {};
  const fields: ModelFields = { ...toThinking(request) };
  if (effortIn === 'reasoning_effort' && effort !== undefined) fields['reasoning_effort'] = effort;
  return {
    ...(serviceTier === undefined ? {} : { serviceTier: { type: serviceTier } }),
    ...(effortIn === 'outputConfig' && effort !== undefined ? { outputConfig: { effort } } : {}),
    ...(Object.keys(fields).length === 0 ? {} : { additionalModelRequestFields: fields }),
  };
}

/**
 * Returns the greatest effort of the model that is not above the requested one. A model that does not
 * think has none above `high` (API reference of Converse, "OutputConfig").
 */
function effortFor(request: ModelRequest): Effort | undefined {
  const { modelId, effort } = request;
  if (effort === undefined) return undefined;
  const max = thinkingOf(request) === undefined && effortsAboveHigh.has(effort) ? 'high' : effort;
  const own = traitsOf(modelId).efforts;
  return own.findLast((each) => efforts.indexOf(each) <= efforts.indexOf(max));
}

const effortsAboveHigh: ReadonlySet<Effort> = new Set<Effort>(['xhigh', 'max']);

function toThinking(request: ModelRequest): ModelFields {
  switch (thinkingOf(request)) {
    case undefined:
      return {};
    case 'adaptive':
      return { thinking: { type: 'adaptive' } };
    case 'budget':
      return { thinking: { type: 'enabled', budget_tokens: budgetOf(request) } };
  }
}

/** Half of the answer, so that there is room for words. */
function budgetOf({ inference: { maxTokens = 0 } }: ModelRequest): number {
  return Math.max(minThinkingTokens, Math.floor(maxTokens / 2));
}

/**
 * Returns how the model is to think; undefined if it is not. Claude refuses to think with sampling
 * settings, with a tool that it must call, and where its answer has begun (Bedrock's user guide,
 * "Extended thinking").
 */
function thinkingOf(request: ModelRequest): 'adaptive' | 'budget' | undefined {
  const { modelId, effort = 'high', toolChoice, inference, answerSoFar = '' } = request;
  const { thinking = effortsAboveHigh.has(effort) } = request;
  const { temperature, topP, maxTokens = 0 } = inference;
  if (!thinking || answerSoFar !== '') return undefined;
  if (temperature !== undefined || topP !== undefined) return undefined;
  if (toolChoice !== undefined && toolChoice.type !== 'auto') return undefined;
  const kind = findModelFacts(modelId).facts?.thinking;
  if (kind !== 'budget') return kind;
  return maxTokens > minThinkingTokens && hasAllThoughts(request) ? kind : undefined;
}

/** With a budget, a model refuses its own tool calls without the thoughts that led to them. */
function hasAllThoughts({ messages }: ModelRequest): boolean {
  return stepsOf(messages).every(
    ({ role, content }) =>
      role === 'user' || content.some((block) => block.type === 'reasoning' && isSigned(block)),
  );
}

/** Returns the steps that the model has taken in the answer to the last question. */
function stepsOf(messages: readonly PromptMessage[]): readonly PromptMessage[] {
  return messages.slice(messages.findLastIndex(isQuestion) + 1);
}

function isQuestion({ role, content }: PromptMessage): boolean {
  return role === 'user' && !content.every(({ type }) => type === 'tool-result');
}

interface Thought {
  readonly text: string;
  readonly signature?: string;
}

function isSigned({ signature }: Thought): boolean {
  return signature !== undefined;
}

/** Returns the messages whose thoughts the model gets back: the steps of an answer that it thinks about. */
export function thoughtfulMessages(request: ModelRequest): ReadonlySet<PromptMessage> {
  return new Set(thinkingOf(request) === undefined ? [] : stepsOf(request.messages));
}

/** Returns whether the prompt is to stay in the cache for an hour, and the model has such a cache. */
export function staysForAnHour({ modelId, promptCache }: ModelRequest): boolean {
  return promptCache === '1h' && traitsOf(modelId).promptCaches.includes(promptCache);
}
