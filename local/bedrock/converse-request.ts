import { BedrockError, invalid } from '#local/bedrock/bedrock-error.ts';
import { findModel, type ModelFacts } from '#local/bedrock/models.ts';
import { isRecord } from '#local/intrinsics.ts';

export interface TurnMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

/** What a model is asked, whichever operation asked it. */
export interface ModelTurn {
  readonly model: ModelFacts;
  readonly system: string;
  readonly messages: readonly TurnMessage[];
  readonly maxTokens: number;
  readonly stopSequences: readonly string[];
}

/**
 * Reads the body of Converse and ConverseStream. Throws Bedrock's errors for what Bedrock would
 * refuse, and for content that the simulated model cannot take.
 */
export function readConverse(modelId: string, body: Buffer): ModelTurn {
  const json = parse(body);
  const model = findModel(modelId);
  for (const member of ['toolConfig', 'guardrailConfig', 'outputConfig']) {
    if (json[member] !== undefined) throw invalid(`This model doesn't support ${member}.`);
  }
  const inference = record(json['inferenceConfig']);
  limit(inference, 'temperature', [0, 1]);
  limit(inference, 'topP', [0, 1]);
  return {
    model,
    system: list(json['system'], 'system')
      .map((block, index) => blockText(block, `system.${index}`, 'SystemContentBlock'))
      .join('\n'),
    messages: readMessages(list(json['messages'], 'messages')),
    maxTokens: readMaxTokens(inference, model),
    stopSequences: readStopSequences(inference),
  };
}

function parse(body: Buffer): Json {
  try {
    return record(JSON.parse(body.toString('utf8')));
  } catch {
    throw new BedrockError(400, 'SerializationException', 'The request body is not valid JSON.');
  }
}

function readMessages(items: readonly unknown[]): readonly TurnMessage[] {
  const messages = items.map((item, index) => {
    const { role, content } = record(item);
    if (role !== 'user' && role !== 'assistant') {
      throw constraint(
        `messages.${index + 1}.member.role`,
        role,
        'enum value set: [user, assistant]',
      );
    }
    const blocks = list(content, `messages.${index}.content`).map((block, position) =>
      blockText(block, `messages.${index}.content.${position}`, 'ContentBlock'),
    );
    if (blocks.length === 0) {
      throw invalid(
        `The content field in the Message object at messages.${index} is empty. ` +
          'Add a ContentBlock object to the content field and try again.',
      );
    }
    return { role, text: blocks.join('\n') } as const;
  });
  const [first] = messages;
  if (first?.role !== 'user') throw invalid(mustStart);
  if (messages.some(({ role }, index) => role === messages[index - 1]?.role)) {
    throw invalid(mustAlternate);
  }
  return messages;
}

const mustStart =
  'A conversation must start with a user message. Try again with a conversation that starts ' +
  'with a user message.';

const mustAlternate =
  'A conversation must alternate between user and assistant roles. Make sure the conversation ' +
  'alternates between user and assistant roles and try again.';

function blockText(block: unknown, path: string, type: string): string {
  const { text: words, ...others } = record(block);
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw invalid(
      `This model doesn't support the ${other} content block that you provided. ` +
        'Provide a different content block or use a different model.',
    );
  }
  if (typeof words === 'string' && words.trim() !== '') return words;
  throw invalid(
    `The text field in the ${type} object at ${path} is blank. ` +
      'Add text to the text field, and try again.',
  );
}

function readMaxTokens(inference: Json, { maxOutputTokens }: ModelFacts): number {
  limit(inference, 'maxTokens', [1, Number.MAX_SAFE_INTEGER]);
  const maxTokens = Number(inference['maxTokens'] ?? maxOutputTokens);
  if (!Number.isInteger(maxTokens)) throw malformed('inferenceConfig.maxTokens', 'an integer');
  if (maxTokens <= maxOutputTokens) return maxTokens;
  throw invalid(
    `The maximum tokens you requested exceeds the model limit of ${maxOutputTokens}. ` +
      `Try again with a maximum tokens value that is lower than ${maxOutputTokens}.`,
  );
}

function readStopSequences(inference: Json): readonly string[] {
  return list(inference['stopSequences'], 'inferenceConfig.stopSequences').map((item, index) => {
    const path = `inferenceConfig.stopSequences.${index + 1}.member`;
    if (typeof item !== 'string') throw malformed(path, 'a string');
    if (item === '') throw constraint(path, item, 'length greater than or equal to 1');
    return item;
  });
}

function limit(values: Json, name: string, [least, most]: readonly [number, number]): void {
  const value = values[name];
  if (value === undefined || value === null) return;
  if (typeof value !== 'number') {
    throw malformed(`inferenceConfig.${name}`, 'a number');
  }
  const path = `inferenceConfig.${name}`;
  if (value < least) throw constraint(path, value, `value greater than or equal to ${least}`);
  if (value > most) throw constraint(path, value, `value less than or equal to ${most}`);
}

function constraint(path: string, value: unknown, rule: string): BedrockError {
  return invalid(
    `1 validation error detected: Value '${text(value)}' at '${path}' failed to ` +
      `satisfy constraint: Member must ${rule.startsWith('enum') ? 'satisfy' : 'have'} ${rule}`,
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
}

type Json = Readonly<Record<string, unknown>>;

function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function list(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw malformed(path, 'a list');
  return value;
}

function malformed(path: string, expected: string): BedrockError {
  const message = `The value at ${path} must be ${expected}.`;
  return new BedrockError(400, 'SerializationException', message);
}
