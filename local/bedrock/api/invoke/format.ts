import type { AnswerEvent, StopReason } from '#local/bedrock/turn/answer.ts';
import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import type { ModelFacts } from '#local/bedrock/model/models.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';
import type { WholeAnswer } from '#local/bedrock/turn/whole-answer.ts';
import type { Path, Problem, Rule } from '#local/wire/shape.ts';

/** How a family of models is spoken to in its own words, through InvokeModel. */
export interface Format {
  /** Throws Bedrock's errors for what the model would refuse. */
  read(body: unknown, model: ModelFacts): ModelTurn;
  whole(answer: WholeAnswer, turn: ModelTurn): object;
  /** Gives the chunks of each event; those of `end` come last and get the metrics. */
  stream(turn: ModelTurn): (event: AnswerEvent) => readonly object[];
}

/** A chunk for each piece of text, and one at the end that says why it ends; the first may begin with something more. */
export function createTextChunker(
  chunk: (text: string, stopReason: StopReason | undefined) => object,
  before = '',
): ReturnType<Format['stream']> {
  let stopReason: StopReason = 'end_turn';
  let unsaid = before;
  return (event) => {
    if (event.type === 'text-delta') {
      const text = unsaid + event.text;
      unsaid = '';
      return [chunk(text, undefined)];
    }
    if (event.type === 'stop') ({ stopReason } = event);
    return event.type === 'end' ? [chunk('', stopReason)] : [];
  };
}

/** What InvokeModel says of a body that is not what the model's own schema has. */
export function invalidBody(problems: readonly Problem[]): Error {
  const [first] = problems;
  if (first === undefined) return invalid('Malformed input request');
  const words =
    problems.length === 1
      ? violation(first)
      : `#: ${problems.length} schema violations found, ${violation(first)}`;
  return invalid(`Malformed input request: ${words}, please reformat your input and try again.`);
}

function violation({ path, value, rule }: Problem): string {
  const inside = pointer(path.slice(0, -1));
  if (rule.type === 'present') return `${inside}: required key [${path.at(-1)}] not found`;
  if (rule.type !== 'known-member') return `${pointer(path)}: ${expectation(rule, value)}`;
  return `${inside}: extraneous key [${path.at(-1)}] is not permitted`;
}

function expectation(rule: Rule, value: unknown): string {
  switch (rule.type) {
    case 'kind':
      return `expected type: ${capital(rule.kind)}, found: ${kindOf(value)}`;
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
      return `${String(value)} is not a valid enum value`;
    case 'one-member':
    case 'present':
    case 'known-member':
      return 'is not valid';
  }
}

function pointer(path: Path): string {
  return ['#', ...path].join('/');
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'JSONArray';
  if (typeof value === 'object') return value === null ? 'Null' : 'JSONObject';
  return capital(typeof value);
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
