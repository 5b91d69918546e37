import type { Properties } from '#local/template/properties.ts';

const limitsMs = { min: 50, max: 30_000 };

/** Returns the timeout of an integration. Throws for one that API Gateway rejects. */
export function readTimeoutMs(properties: Properties, name: string): number {
  const timeoutMs = properties.number(name, limitsMs.max);
  if (timeoutMs >= limitsMs.min && timeoutMs <= limitsMs.max) return timeoutMs;
  throw new Error(`${properties.key}.${name}: must be from ${limitsMs.min} to ${limitsMs.max}`);
}
