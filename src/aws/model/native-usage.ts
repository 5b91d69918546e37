import { toHourWrites, type Usage } from '#domain/conversation/usage.ts';
import { valueAt } from '#domain/json.ts';

/** Tokens of a prompt that were read from the cache or written to it. */
export type CachedTokens = Pick<
  Usage,
  'cacheReadInputTokens' | 'cacheWriteInputTokens' | 'cacheWrite1hInputTokens'
>;

export const noCachedTokens: CachedTokens = { cacheReadInputTokens: 0, cacheWriteInputTokens: 0 };

/** Where answers have their usage: Anthropic's whole and streamed ones, Nova's, and Bedrock's own. */
const usagePaths = [
  ['message', 'usage'],
  ['usage'],
  ['metadata', 'usage'],
  ['amazon-bedrock-invocationMetrics'],
] as const;

const names = {
  read: ['cache_read_input_tokens', 'cacheReadInputTokenCount', 'cacheReadInputTokens'],
  write: ['cache_creation_input_tokens', 'cacheWriteInputTokenCount', 'cacheWriteInputTokens'],
} as const;

/**
 * Returns the cached tokens in a native answer, or in a piece of one; undefined if it names none.
 * The counts of input tokens in answers do not include them.
 */
export function cachedTokensIn(answer: unknown): CachedTokens | undefined {
  return usagePaths
    .map((path) => toCachedTokens(valueAt(answer, path)))
    .find((tokens) => tokens !== undefined);
}

/**
 * Returns the cached tokens that are known after a piece of an answer. Claude names them at the
 * beginning and with their times to live, other models at the end.
 */
export function addCachedTokens(before: CachedTokens, piece: unknown): CachedTokens {
  return { ...before, ...cachedTokensIn(piece) };
}

function toCachedTokens(usage: unknown): CachedTokens | undefined {
  const read = firstCount(usage, names.read);
  const write = firstCount(usage, names.write);
  if (read === undefined && write === undefined) return undefined;
  const forAnHour = valueAt(usage, ['cache_creation', 'ephemeral_1h_input_tokens']);
  return {
    cacheReadInputTokens: read ?? 0,
    cacheWriteInputTokens: write ?? 0,
    ...toHourWrites(isCount(forAnHour) ? forAnHour : 0),
  };
}

function firstCount(usage: unknown, fields: readonly string[]): number | undefined {
  return fields.map((field) => valueAt(usage, [field])).find(isCount);
}

/** Returns the usage of a native answer; undefined if one of the counts is missing. */
export function toNativeUsage(
  inputTokens: unknown,
  outputTokens: unknown,
  cached: CachedTokens = noCachedTokens,
): Usage | undefined {
  if (!isCount(inputTokens) || !isCount(outputTokens)) return undefined;
  const { cacheReadInputTokens, cacheWriteInputTokens } = cached;
  const totalTokens = inputTokens + outputTokens + cacheReadInputTokens + cacheWriteInputTokens;
  return { inputTokens, outputTokens, totalTokens, ...cached };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
