import type { Price, Prices } from '#domain/spending/prices.ts';

/*
 * On-demand prices, from public price lists as of 2026-11-21. Change the date together with a price.
 */

/** US dollars per million tokens, for a global inference profile or a plain model id. */
interface Row {
  readonly model: RegExp;
  readonly input: number;
  readonly output: number;
  /** A fraction of the input price; 0.1 by default. */
  readonly cacheRead?: number;
  /** A multiple of the input price; 1.25 by default. */
  readonly cacheWrite?: number;
  /** The price factor of a geographic profile. Anthropic's models have one from Claude 4.5 on. */
  readonly regional?: number;
}

const regional = 1.1;
/** Amazon's own models charge a quarter for cache reads, and no extra price for cache writes. */
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

/** The prices of models on Bedrock, by model id or inference profile id. */
export const bedrockPrices: Prices = {
  of(modelId) {
    const row = rows.find(({ model }) => model.test(modelId));
    return row === undefined ? undefined : toPrice(row, isGeographic(modelId));
  },
  // The most expensive model on Bedrock was Claude Opus up to 4.1: $15 and $75 per million tokens.
  highest: { input: 16_500, output: 82_500, cacheRead: 1_650, cacheWrite: 20_625 },
};

function toPrice(row: Row, isRegional: boolean): Price {
  const { cacheRead = 0.1, cacheWrite = 1.25 } = row;
  const factor = 1_000 * (isRegional ? (row.regional ?? 1) : 1);
  // Billionths of a dollar are exact enough for a token. Rounding removes binary fractions.
  const round = (dollars: number): number => Number((dollars * factor).toFixed(6));
  return {
    input: round(row.input),
    output: round(row.output),
    cacheRead: round(row.input * cacheRead),
    cacheWrite: round(row.input * cacheWrite),
  };
}

function isGeographic(modelId: string): boolean {
  return /(?:^|\/)(?:us|eu|apac|jp|au|us-gov)\./u.test(modelId);
}
