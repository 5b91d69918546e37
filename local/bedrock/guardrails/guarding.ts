import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { assess, type Grounding, type Verdict } from '#local/bedrock/guardrails/assess.ts';
import type { Guardrail } from '#local/bedrock/guardrails/guardrail.ts';
import type { Behaviour } from '#local/bedrock/scenarios/scenario.ts';
import { textOf, type GuardrailRequest, type ModelTurn } from '#local/bedrock/turn/turn.ts';

/** How one turn is watched: by a guardrail that it names, or by a scenario that plays one. */
export interface Guarding {
  readonly id: string;
  readonly mode: 'sync' | 'async';
  readonly isTraced: boolean;
  readonly blockedInput: string;
  readonly blockedOutput: string;
  assessInput(): Verdict;
  /** Assesses the end of what was said, which is so many tokens in all. */
  assessOutput(end: string, tokens: number): Verdict;
}

const defaultMessage = 'Sorry, the model cannot answer this question.';

/** The guardrail of an identifier (its id or ARN) and a version. */
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

/** The watch of the guardrail that a turn names. Throws Bedrock's error where there is none. */
export function guardingOf(
  turn: ModelTurn,
  request: GuardrailRequest,
  guardrails: readonly Guardrail[],
): Guarding {
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
    assessOutput: (end) => assess(guardrail, end, { side: 'OUTPUT', grounding }),
  };
}

/** A guardrail that a scenario plays: it blocks where the scenario says. */
export function scriptedGuarding(script: NonNullable<Behaviour['guardrail']>): Guarding {
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
    assessOutput: (end, tokens) => verdict(end, block === 'output' && tokens >= atToken),
  };
}

/** What is marked to be guarded; where nothing is, all that the user says in this turn. */
function inputText({ messages }: ModelTurn): string {
  const said = messages.filter(({ role }) => role === 'user').map(({ content }) => content);
  const marked = said.flat().filter((block) => block.type === 'guarded-text');
  return textOf(marked.length > 0 ? marked : (said.at(-1) ?? []));
}

function groundingOf({ messages, system }: ModelTurn): Grounding | undefined {
  const marked = [...system, ...messages.flatMap(({ content }) => content)].filter(
    (block) => block.type === 'guarded-text',
  );
  const having = (qualifier: string): string =>
    textOf(marked.filter(({ qualifiers }) => qualifiers.includes(qualifier)));
  const sources = having('grounding_source');
  return sources === '' ? undefined : { sources, query: having('query') };
}
