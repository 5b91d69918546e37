import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '#local/wire/shape.ts';
import { parseTemplate } from '#local/template/text.ts';

type Warn = (message: string) => void;

/**
 * Returns a value with the files inserted that its `Fn::Transform` of AWS::Include names, relative
 * to the template's folder. Throws for a file that does not exist, and for every other transform.
 * `warn` receives the keys that a file repeats.
 */
export function include(value: unknown, folder: string, warn: Warn): unknown {
  if (Array.isArray(value)) return value.map((item) => include(item, folder, warn));
  if (!isRecord(value)) return value;
  const { 'Fn::Transform': transform, ...others } = value;
  const own = Object.entries(others).map(
    ([key, item]) => [key, include(item, folder, warn)] as const,
  );
  if (transform === undefined) return Object.fromEntries(own);
  return { ...readIncluded(transform, folder, warn), ...Object.fromEntries(own) };
}

function readIncluded(transform: unknown, folder: string, warn: Warn): object {
  const { Name, Parameters } = isRecord(transform) ? transform : {};
  const { Location: location } = isRecord(Parameters) ? Parameters : {};
  if (Name !== 'AWS::Include' || typeof location !== 'string' || location.startsWith('s3:')) {
    throw new Error(`Fn::Transform: only AWS::Include of a local file is supported`);
  }
  const file = join(folder, location);
  const content = include(parseTemplate(readFileSync(file, 'utf8'), file, warn), folder, warn);
  return isRecord(content) ? content : {};
}
