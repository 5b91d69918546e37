import { createHash } from 'node:crypto';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { isRecord } from '#local/wire/shape.ts';
import { parseExactJson } from '#local/wire/json/exact-json.ts';

/** Answers requests from a real account or from recordings, before the simulated model can. */
export interface Tape {
  /** Answers the request and resolves with `answered`, or leaves it alone and resolves with `missed`. */
  answer(call: BedrockCall): Promise<'answered' | 'missed'>;
}

/** A recorded answer. */
export interface Recording {
  readonly operation: string;
  readonly modelId: string;
  /** The hash of the whole request, and of its content alone: roles, text, tools. */
  readonly exact: string;
  readonly structural: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body: for each chunk, the milliseconds since the request and the bytes in Base64. */
  readonly pieces: readonly (readonly [atMs: number, base64: string])[];
}

/** Returns whether a request can be recorded: model calls can, also those of OpenAI's API. */
export function isRecordable({ request: { method, url } }: BedrockCall): boolean {
  return method === 'POST' && /^\/(?:model|openai)\//u.test(url);
}

/** Returns the hashes that identify a request. They do not reveal its content. */
export function hashRequest({
  note,
  params,
  request,
}: BedrockCall): Pick<Recording, 'exact' | 'structural'> {
  const body = parse(request.body);
  const bedrockHeaders = Object.entries(request.headers).filter(([name]) =>
    name.startsWith('x-amzn-bedrock-'),
  );
  const common = [
    note.operation,
    withoutAccount(params['modelId'] ?? ''),
    sortKeys(Object.fromEntries(bedrockHeaders)),
  ];
  return {
    exact: hash([...common, sortKeys(body)]),
    structural: hash([...common, sortKeys(contentOf(body))]),
  };
}

/** The content of a request, without inference parameters and ids. */
function contentOf(body: unknown): unknown {
  if (!isRecord(body)) return body;
  const content = Object.entries(body).filter(([name]) => !inferenceMembers.test(name));
  return withoutIds(Object.fromEntries(content));
}

/** The members of all formats that do not change what a request is about. */
const inferenceMembers =
  /^(?:inferenceConfig|textGenerationConfig|additionalModel\w+|requestMetadata|performanceConfig|serviceTier|metadata|max_?\w*[tT]okens\w*|max_gen_len|temperature|top_?[pPkK]|[pk]|stop|stop_?[sS]equences|stream\w*|anthropic_\w+)$/u;

function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (!isRecord(value)) return value;
  const members = Object.entries(value).filter(
    ([name]) => !/^(?:toolUseId|tool_use_id|id)$/u.test(name),
  );
  return Object.fromEntries(members.map(([name, member]) => [name, withoutIds(member)]));
}

/** Replaces the account ids in ARNs, so that recordings do not reveal them. */
export function withoutAccount(text: string): string {
  return text.replaceAll(/(?<=:)\d{12}(?=:)/gu, '000000000000');
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sortKeys(member)]));
}

function hash(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function parse(bytes: Buffer): unknown {
  try {
    return parseExactJson(bytes.toString('utf8'));
  } catch {
    return bytes.toString('base64');
  }
}
