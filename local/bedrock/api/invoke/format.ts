import type { AnswerEvent, StopReason } from '#local/bedrock/turn/answer.ts';
import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';
import type { WholeAnswer } from '#local/bedrock/turn/whole-answer.ts';
import type { Path, Problem, Rule } from '#local/wire/shape.ts';

/** The native request and response format of a model family in InvokeModel. */
export interface Format {
  /** Converts a request body to a turn. Throws Bedrock's errors for an invalid body. */
  read(body: unknown, model: ModelFacts): ModelTurn;
  /** Returns the body of the response. */
  whole(answer: WholeAnswer, turn: ModelTurn): object;
  /**
   * Returns a function that renders each event as chunks. The last chunk of `end` gets the metrics.
   */
  stream(turn: ModelTurn): (event: AnswerEvent) => readonly object[];
}

/**
 * Renders each text delta as a chunk, and ends with a chunk that has the stop reason. `prefix` is
 * put before the first text.
 */
export function createTextChunker(
  chunk: (text: string, stopReason: StopReason | undefined) => object,
  prefix = '',
): ReturnType<Format['stream']> {
  let stopReason: StopReason = 'end_turn';
  let pendingPrefix = prefix;
  return (event) => {
    if (event.type === 'text-delta') {
      const text = pendingPrefix + event.text;
      pendingPrefix = '';
      return [chunk(text, undefined)];
    }
    if (event.type === 'stop') ({ stopReason } = event);
    return event.type === 'end' ? [chunk('', stopReason)] : [];
  };
}

/** Returns InvokeModel's error for a body that violates the model's schema: all violations in a row. */
export function invalidBody(problems: readonly Problem[]): Error {
  return invalid(malformed(problems));
}

/** Returns what is wrong with a body, in the words of the validator that Bedrock uses. */
export function malformed(problems: readonly Problem[]): string {
  const violations = problems.map(violation).join('');
  return `Malformed input request: ${violations}, please reformat your input and try again.`;
}

function violation({ path, value, rule }: Problem): string {
  const parent = pointer(path.slice(0, -1));
  if (rule.type === 'present') return `${parent}: required key [${path.at(-1)}] not found`;
  if (rule.type !== 'known-member') return `${pointer(path)}: ${expectation(rule, value)}`;
  return `${parent}: extraneous key [${path.at(-1)}] is not permitted`;
}

function expectation(rule: Rule, value: unknown): string {
  switch (rule.type) {
    case 'kind':
      return `expected type: ${kindNamed(rule.kind)}, found: ${kindOf(value)}`;
    case 'at-least':
      return `${String(value)} is not greater or equal to ${rule.limit}`;
    case 'at-most':
      return `${String(value)} is not less or equal to ${rule.limit}`;
    case 'min-length':
      return `expected minimum size: ${rule.limit}`;
    case 'max-length':
      return `expected maximum size: ${rule.limit}`;
    case 'pattern':
      return `string [${String(value)}] does not match pattern ${rule.pattern}`;
    case 'one-of':
      return `${typeof value === 'string' ? value : JSON.stringify(value)} is not a valid enum value`;
    case 'each':
    case 'one-member':
    case 'present':
    case 'known-member':
      return 'is not valid';
  }
}

function pointer(path: Path): string {
  return ['#', ...path].join('/');
}

/** The names of types in the validator that Bedrock uses. */
function kindNamed(kind: string): string {
  if (kind === 'array') return 'JSONArray';
  return kind === 'object' ? 'JSONObject' : capitalize(kind);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return kindNamed('array');
  if (Number.isInteger(value)) return kindNamed('integer');
  return value === null ? 'Null' : kindNamed(typeof value);
}

function capitalize(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
