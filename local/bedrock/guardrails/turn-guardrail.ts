import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { assess, type GroundingContext, type Verdict } from '#local/bedrock/guardrails/assess.ts';
import type { Guardrail } from '#local/bedrock/guardrails/guardrail.ts';
import type { Behaviour } from '#local/bedrock/scenarios/scenario.ts';
import { textOf, type GuardrailRequest, type ModelTurn } from '#local/bedrock/turn/turn.ts';

/** The guardrail of one turn: the one that its request names, or one that a scenario scripts. */
export interface TurnGuardrail {
  readonly id: string;
  readonly mode: 'sync' | 'async';
  readonly isTraced: boolean;
  readonly blockedInput: string;
  readonly blockedOutput: string;
  assessInput(): Verdict;
  /** Assesses the latest text of an answer that has `tokens` tokens so far. */
  assessOutput(text: string, tokens: number): Verdict;
}

/** What a guardrail without messages of its own answers. */
export const defaultMessage = 'Sorry, the model cannot answer this question.';

/** Returns the guardrail with an identifier (its id or ARN) and a version, or undefined. */
export function findGuardrail(
  guardrails: readonly Guardrail[],
  identifier: string,
  version: string,
): Guardrail | undefined {
  const id = identifier.split('/').at(-1) ?? '';
  return guardrails.find(
    (guardrail) =>
      guardrail.id === id && (version === 'DRAFT' || version === (guardrail.version ?? '1')),
  );
}

/** Creates the guardrail that a turn's request names. Throws Bedrock's error if it does not exist. */
export function createTurnGuardrail(
  turn: ModelTurn,
  request: GuardrailRequest,
  guardrails: readonly Guardrail[],
): TurnGuardrail {
  const guardrail = findGuardrail(guardrails, request.identifier, request.version);
  if (guardrail === undefined) {
    throw invalid('The guardrail identifier or version provided in the request does not exist.');
  }
  const grounding = groundingOf(turn);
  return {
    id: guardrail.id,
    mode: request.mode,
    isTraced: request.trace !== 'disabled',
    blockedInput: guardrail.blockedInputMessaging ?? defaultMessage,
    blockedOutput: guardrail.blockedOutputsMessaging ?? defaultMessage,
    assessInput: () => assess(guardrail, inputText(turn), { side: 'INPUT' }),
    assessOutput: (text) => assess(guardrail, text, { side: 'OUTPUT', grounding }),
  };
}

/** Creates the guardrail of a scenario, which blocks where the scenario says. */
export function createScriptedGuardrail(
  script: NonNullable<Behaviour['guardrail']>,
): TurnGuardrail {
  const { block, at_token: atToken = 0, mode = 'sync', message = defaultMessage, trace } = script;
  const topics = [{ action: 'BLOCKED', detected: true, name: 'Scenario', type: 'DENY' }];
  const verdict = (text: string, isBlocked: boolean): Verdict => ({
    isBlocked,
    text,
    isAnonymized: false,
    assessment: isBlocked ? { topicPolicy: { topics } } : {},
  });
  return {
    id: 'scenario',
    mode,
    isTraced: trace !== false,
    blockedInput: message,
    blockedOutput: message,
    assessInput: () => verdict('', block === 'input'),
    assessOutput: (text, tokens) => verdict(text, block === 'output' && tokens >= atToken),
  };
}

/** The text that is marked to be guarded, or else all of the user's text in this turn. */
function inputText({ messages }: ModelTurn): string {
  const contents = messages.filter(({ role }) => role === 'user').map(({ content }) => content);
  const marked = contents.flat().filter((block) => block.type === 'guarded-text');
  return textOf(marked.length > 0 ? marked : (contents.at(-1) ?? []));
}

function groundingOf({ messages, system }: ModelTurn): GroundingContext | undefined {
  const marked = [...system, ...messages.flatMap(({ content }) => content)].filter(
    (block) => block.type === 'guarded-text',
  );
  const textWith = (qualifier: string): string =>
    textOf(marked.filter(({ qualifiers }) => qualifiers.includes(qualifier)));
  const sources = textWith('grounding_source');
  return sources === '' ? undefined : { sources, query: textWith('query') };
}
