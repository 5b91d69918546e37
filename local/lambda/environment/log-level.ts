import type { LoggingConfig } from '#local/lambda/definition/function-definition.ts';
import { isRecord } from '#local/wire/shape.ts';

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/**
 * Returns whether a line of a function is logged. In the JSON format, Lambda drops lines of JSON
 * whose level is below that of the function, whoever wrote them. A line without a valid level or
 * timestamp is taken for `INFO`.
 */
export function isLogged(line: string, { format, applicationLevel }: LoggingConfig): boolean {
  const minIndex = levels.indexOf(applicationLevel);
  if (format === 'Text' || minIndex === 0 || !line.startsWith('{')) return true;
  const level = levelOf(line);
  return level === undefined || levels.indexOf(level) >= minIndex;
}

/** Returns the level of a line; undefined if the line is not JSON. */
function levelOf(line: string): string | undefined {
  const record = parse(line);
  if (!isRecord(record)) return undefined;
  const { level, timestamp } = record;
  const name = typeof level === 'string' ? level.toUpperCase() : '';
  const isTimed = typeof timestamp === 'string' && !Number.isNaN(Date.parse(timestamp));
  return isTimed && levels.includes(name) ? name : 'INFO';
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
