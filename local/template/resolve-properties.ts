import { isRecord } from '#local/wire/shape.ts';
import { noValue, resolve, type Scope } from '#local/template/intrinsics.ts';
import { readProperties, type Properties } from '#local/template/properties.ts';
import type { RewriteUrls } from '#local/template/rewrite-urls.ts';
import type { Json } from '#local/template/json.ts';

/** What the properties of a resource are resolved with. */
export interface ResolveContext {
  /** The type of the resource. */
  readonly type: string;
  readonly scope: Scope;
  readonly rewriteUrls: RewriteUrls;
}

/**
 * Returns properties without references, and with local URLs in place of those of AWS. Throws an
 * error that names the property which cannot be resolved.
 */
export function resolveProperties(
  key: string,
  written: Json,
  { type, scope, rewriteUrls }: ResolveContext,
): Properties {
  return readProperties(
    key,
    rewriteAllUrls(resolveNamed(key, written, { type, scope }), rewriteUrls),
  );
}

/** Resolves each property separately, so that an error can name the property. */
function resolveNamed(
  key: string,
  properties: Json,
  { type, scope }: Omit<ResolveContext, 'rewriteUrls'>,
): Json {
  const entries = Object.entries(properties).map(([name, value]) => {
    try {
      const resolved = resolve(value, scope);
      const place = `${type}/Properties/${name}`;
      // The symbol of a property that is left out passes unchanged.
      return [name, scope.lookUp(resolved, place)] as const;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${key}.${name}: ${reason}`, { cause: error });
    }
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== noValue));
}

function rewriteAllUrls(value: unknown, rewriteUrls: RewriteUrls): unknown {
  if (typeof value === 'string') return rewriteUrls(value);
  if (Array.isArray(value)) return value.map((item) => rewriteAllUrls(item, rewriteUrls));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(
    ([name, item]) => [name, rewriteAllUrls(item, rewriteUrls)] as const,
  );
  return Object.fromEntries(entries);
}
