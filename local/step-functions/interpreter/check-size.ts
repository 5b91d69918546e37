import { StatesError } from '#local/step-functions/definition/definition.ts';

/** The largest input or output of a state: 256 KiB. */
const maxBytes = 262_144;

/** Throws the error of AWS if a value is too large. `name` is what returned it. */
export function checkSize(name: string, value: unknown): void {
  if (Buffer.byteLength(JSON.stringify(value) ?? '') <= maxBytes) return;
  const cause = `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  throw new StatesError('States.DataLimitExceeded', cause);
}
