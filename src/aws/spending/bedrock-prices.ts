import type { Price, Prices } from '#domain/spending/prices.ts';

/*
 * Prices of on-demand use, from public price lists as of 2026-11-21. Whoever changes one changes
 * the date.
 */

/** US dollars for a million tokens, as a global profile or an id without one is billed. */
interface Row {
  readonly model: RegExp;
  readonly input: number;
  readonly output: number;
  /** Of the input price; 0.1 and 1.25 unless told. */
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  /** What a profile of one geography costs more; Anthropic's do, from Claude 4.5 on. */
  readonly regional?: number;
}

const regional = 1.1;
/** Amazon's own models take a quarter for what was cached, and nothing more for keeping it. */
const nova = { cacheRead: 0.25, cacheWrite: 1 } as const;

const rows: readonly Row[] = [
  { model: /anthropic\.claude-haiku-4-5/u, input: 1, output: 5, regional },
  { model: /anthropic\.claude-sonnet-5/u, input: 2, output: 10, regional },
  { model: /anthropic\.claude-sonnet-4-[56]/u, input: 3, output: 15, regional },
  { model: /anthropic\.claude-opus-(?:4-[5-8]|5)/u, input: 5, output: 25, regional },
  { model: /amazon\.nova-micro/u, input: 0.035, output: 0.14, ...nova },
  { model: /amazon\.nova-lite/u, input: 0.06, output: 0.24, ...nova },
  { model: /amazon\.nova-pro/u, input: 0.8, output: 3.2, ...nova },
  { model: /openai\.gpt-oss-20b/u, input: 0.07, output: 0.3 },
  { model: /meta\.llama3-3-70b/u, input: 0.72, output: 0.72 },
];

/** The prices of models on Bedrock, by their ids and those of their inference profiles. */
export const bedrockPrices: Prices = {
  of(modelId) {
    const row = rows.find(({ model }) => model.test(modelId));
    return row === undefined ? undefined : toPrice(row, isOfOneGeography(modelId));
  },
  // No model on Bedrock was dearer than Claude Opus up to 4.1: $15 and $75 for a million tokens.
  highest: { input: 16_500, output: 82_500, cacheRead: 1_650, cacheWrite: 20_625 },
};

function toPrice(row: Row, isRegional: boolean): Price {
  const { cacheRead = 0.1, cacheWrite = 1.25 } = row;
  const factor = 1_000 * (isRegional ? (row.regional ?? 1) : 1);
  // Billionths of a dollar are fine enough for whole tokens; the products are not to be, as binary.
  const exact = (dollars: number): number => Number((dollars * factor).toFixed(6));
  return {
    input: exact(row.input),
    output: exact(row.output),
    cacheRead: exact(row.input * cacheRead),
    cacheWrite: exact(row.input * cacheWrite),
  };
}

function isOfOneGeography(modelId: string): boolean {
  return /(?:^|\/)(?:us|eu|apac|jp|au|us-gov)\./u.test(modelId);
}
