import { createHash } from 'node:crypto';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';
import { isRecord } from '#local/wire/shape.ts';

/** Answers requests from elsewhere than the simulation: from a real account, or a recording. */
export interface Tape {
  /** Answers the request, or says that it does not have it. */
  answer(call: BedrockCall): Promise<'answered' | 'missed'>;
}

/** An answer as it was received. */
export interface Recording {
  readonly operation: string;
  readonly modelId: string;
  /** Of the whole request, and of what it says: roles, words, tools. */
  readonly exact: string;
  readonly structural: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds from the request to each piece, and its bytes in Base64. */
  readonly pieces: readonly (readonly [atMs: number, base64: string])[];
}

/** Bedrock's runtime is taped: models, and OpenAI's doors to them; all else is answered here. */
export function isTaped({ request }: BedrockCall): boolean {
  return /^\/(?:model|openai)\//u.test(request.url);
}

/** What a request is known by. Neither it nor what it says can be read from these. */
export function fingerprints({
  note,
  params,
  request,
}: BedrockCall): Pick<Recording, 'exact' | 'structural'> {
  const body = parse(request.body);
  const asked = Object.entries(request.headers).filter(([name]) =>
    name.startsWith('x-amzn-bedrock-'),
  );
  const about = [
    note.operation,
    withoutAccount(params['modelId'] ?? ''),
    sorted(Object.fromEntries(asked)),
  ];
  return {
    exact: hash([...about, sorted(body)]),
    structural: hash([...about, sorted(essence(body))]),
  };
}

/** What a request says, without how it is to be answered and without ids. */
function essence(body: unknown): unknown {
  if (!isRecord(body)) return body;
  const kept = Object.entries(body).filter(([name]) => !tuning.test(name));
  return withoutIds(Object.fromEntries(kept));
}

/** Members that say how an answer is made, in any of the formats. */
const tuning =
  /^(?:inferenceConfig|textGenerationConfig|additionalModel\w+|requestMetadata|performanceConfig|serviceTier|metadata|max_?\w*[tT]okens\w*|max_gen_len|temperature|top_?[pPkK]|[pk]|stop|stop_?[sS]equences|stream\w*|anthropic_\w+)$/u;

function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(
    ([name]) => !/^(?:toolUseId|tool_use_id|id)$/u.test(name),
  );
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutIds(member)]));
}

/** The account of an ARN is nobody's business. */
export function withoutAccount(text: string): string {
  return text.replaceAll(/(?<=:)\d{12}(?=:)/gu, '000000000000');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}

function hash(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return bytes.toString('base64');
  }
}
