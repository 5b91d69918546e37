import { readYaml } from '#local/bedrock/server/parse-yaml.ts';
import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';
import { endOfLife } from '#local/bedrock/model/models.ts';
import { readScenario, type Scenario } from '#local/bedrock/scenarios/scenario.ts';
import type { AppliedScenario } from '#local/bedrock/scenarios/scenario-book.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import {
  lastQuestion,
  lastUserText,
  systemText,
  type ModelTurn,
  type TurnBlock,
} from '#local/bedrock/turn/turn.ts';

/** Returns the scenario for a turn, if any, and the turn without inline scenario markers. */
export async function selectScenario(
  { context, request, note }: BedrockCall,
  requestedTurn: ModelTurn,
): Promise<{ readonly turn: ModelTurn; readonly scenario: AppliedScenario | undefined }> {
  const inline = context.allowsInlineScenarios
    ? await inlineScenario(requestedTurn, request.headers)
    : undefined;
  const turn = context.allowsInlineScenarios ? withoutMarkers(requestedTurn) : requestedTurn;
  const facts = {
    operation: note.operation,
    modelId: note.modelId ?? turn.model.id,
    userText: lastUserText(turn),
    systemText: systemText(turn),
    headers: request.headers,
    metadata: turn.metadata,
    toolRounds: countToolRounds(turn),
  };
  return { turn, scenario: context.scenarios.select(facts, inline) };
}

function countToolRounds({ messages }: ModelTurn): number {
  const question = lastQuestion(messages);
  const since = question === undefined ? messages : messages.slice(messages.indexOf(question) + 1);
  return since.filter(({ role }) => role === 'user').length;
}

const marker = /\[\[streambed:\s*([^]*?)\]\](?!\])/u;

/** The scenario that a request carries in its metadata, in a header, or in a marker in its text. */
async function inlineScenario(
  turn: ModelTurn,
  headers: BedrockCall['request']['headers'],
): Promise<Scenario | undefined> {
  const [, marked] = marker.exec(lastUserText(turn)) ?? [];
  const yaml = turn.metadata['streambed'] ?? headers['x-streambed-scenario'] ?? marked;
  if (yaml === undefined) return undefined;
  try {
    return readScenario(await readYaml(inBraces(String(yaml))), 'scenario');
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

/** `a: 1, b: 2` on one line is valid YAML only in braces. */
function inBraces(yaml: string): string {
  return yaml.includes('\n') || yaml.trim().startsWith('{') ? yaml : `{${yaml}}`;
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

/** Throws the failure of the scenario for an operation that calls no model, if any. */
export function failWithoutTurn({ note, request, context }: BedrockCall): void {
  const scenario = context.scenarios.select({
    operation: note.operation,
    modelId: note.modelId ?? '',
    userText: note.prompt ?? '',
    systemText: '',
    headers: request.headers,
    metadata: {},
    toolRounds: 0,
  });
  if (scenario === undefined) return;
  note.scenario = scenario.name;
  failByScenario(scenario);
}

/** Throws the failure that a scenario sets for the request itself, before any answer. */
export function failByScenario({ behaviour, timesApplied }: AppliedScenario): void {
  const { auth, eol, fail } = behaviour;
  if (auth !== undefined) throw authErrors[auth]();
  if (eol === true) throw endOfLife();
  if (fail === undefined) return;
  const { type, status, message = defaultMessages.get(type), retryAfter, times, ...members } = fail;
  if (timesApplied >= (times ?? Infinity)) return;
  throw new BedrockError(type, message ?? 'The request failed.', {
    members,
    ...(status === undefined ? {} : { status }),
    headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
  });
}

const defaultMessages: ReadonlyMap<string, string> = new Map(
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

const authErrors = {
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
