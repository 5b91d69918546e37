import { parse as parseYaml } from 'yaml';
import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';
import { endOfLife } from '#local/bedrock/model/models.ts';
import { readScenario, type Scenario } from '#local/bedrock/scenarios/scenario.ts';
import type { Chosen } from '#local/bedrock/scenarios/scenario-book.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import {
  lastQuestion,
  lastUserText,
  textOf,
  type ModelTurn,
  type TurnBlock,
} from '#local/bedrock/turn/turn.ts';

/** The scenario for a turn, and the turn without the marker that may have asked for it. */
export function chooseScenario(
  { context, request, note }: BedrockCall,
  asked: ModelTurn,
): { readonly turn: ModelTurn; readonly chosen: Chosen | undefined } {
  const inline = context.allowsInlineScenarios ? inlineScenario(asked, request.headers) : undefined;
  const turn = context.allowsInlineScenarios ? withoutMarkers(asked) : asked;
  const situation = {
    operation: note.operation,
    modelId: note.modelId ?? turn.model.id,
    userText: lastUserText(turn),
    systemText: textOf(turn.system),
    headers: request.headers,
    metadata: turn.metadata,
    toolRounds: toolRounds(turn),
  };
  return { turn, chosen: context.scenarios.choose(situation, inline) };
}

function toolRounds({ messages }: ModelTurn): number {
  const question = lastQuestion(messages);
  const since = question === undefined ? messages : messages.slice(messages.indexOf(question) + 1);
  return since.filter(({ role }) => role === 'user').length;
}

const marker = /\[\[streambed:\s*([^]*?)\]\](?!\])/u;

/** A scenario that the request brings along: in its metadata, a header, or a marker in its words. */
function inlineScenario(
  turn: ModelTurn,
  headers: BedrockCall['request']['headers'],
): Scenario | undefined {
  const [, marked] = marker.exec(lastUserText(turn)) ?? [];
  const words = turn.metadata['streambed'] ?? headers['x-streambed-scenario'] ?? marked;
  if (words === undefined) return undefined;
  try {
    return readScenario(parseYaml(inBraces(String(words))), 'scenario');
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

/** `fail: {…}` on one line is YAML as it is; `a: 1, b: 2` is so in braces only. */
function inBraces(words: string): string {
  return words.includes('\n') || words.trim().startsWith('{') ? words : `{${words}}`;
}

function withoutMarkers(turn: ModelTurn): ModelTurn {
  const messages = turn.messages.map(({ role, content }) => ({
    role,
    content: content.map(withoutMarker),
  }));
  return { ...turn, messages };
}

function withoutMarker(block: TurnBlock): TurnBlock {
  if (block.type !== 'text' || !marker.test(block.text)) return block;
  return { ...block, text: block.text.replace(marker, '').trim() };
}

/** Has an operation that asks no model refused, where a scenario says so. */
export function refuseWithoutTurn({ note, request, context }: BedrockCall): void {
  const chosen = context.scenarios.choose({
    operation: note.operation,
    modelId: note.modelId ?? '',
    userText: note.prompt ?? '',
    systemText: '',
    headers: request.headers,
    metadata: {},
    toolRounds: 0,
  });
  if (chosen === undefined) return;
  note.scenario = chosen.name;
  refuseByScenario(chosen);
}

/** Throws where a scenario has the request refused before it is answered. */
export function refuseByScenario({ behaviour, seen }: Chosen): void {
  const { auth, eol, fail } = behaviour;
  if (auth !== undefined) throw authRefusals[auth]();
  if (eol === true) throw endOfLife();
  if (fail === undefined || seen >= (fail.times ?? Infinity)) return;
  const { type, status, message = words.get(type), retryAfter } = fail;
  throw new BedrockError(type, message ?? 'The request failed.', {
    ...(status === undefined ? {} : { status }),
    headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
  });
}

const words: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ThrottlingException: 'Too many requests, please wait before trying again.',
    ServiceUnavailableException: 'Bedrock is unable to process your request.',
    InternalServerException:
      'The system encountered an unexpected error during processing. Try your request again.',
    ModelTimeoutException: 'Model has timed out in processing the request. Try your request again.',
    ModelNotReadyException: 'Model is not ready for inference.',
    ModelErrorException:
      'The system encountered an unexpected error during processing. Try your request again.',
    AccessDeniedException: "You don't have access to the model with the specified model ID.",
  }),
);

const authRefusals = {
  expired: () =>
    new BedrockError(
      'ExpiredTokenException',
      'The security token included in the request is expired',
    ),
  bad_signature: () =>
    new BedrockError(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your ' +
        'AWS Secret Access Key and signing method. Consult the service documentation for details.',
    ),
  denied: () =>
    new BedrockError(
      'AccessDeniedException',
      "You don't have access to the model with the specified model ID.",
    ),
} as const;
