import { JSONPath } from 'jsonpath-plus';

/**
 * Returns what a path leads to in a document. A path with a wildcard, a filter or `..` has a list of
 * values, and any other has one.
 */
export function valueAt(json: unknown, path: string): unknown {
  if (path === '$') return json;
  if (typeof json !== 'object' || json === null) return undefined;
  const found: unknown = JSONPath({ path, json, eval: 'safe', wrap: true });
  const values: readonly unknown[] = Array.isArray(found) ? found : [];
  const isList = /\*|\.\.|\?\(|\[[^'"\]]*[,:]/u.test(path);
  return isList ? values : values[0];
}
