import type { Json } from '#local/template/json.ts';

/** A resource as a template writes it. */
export interface Written {
  readonly Type: string;
  readonly Properties: Json;
  readonly Condition?: unknown;
  readonly Metadata?: unknown;
}

/** A route that an event of a function adds to an API. */
export interface SamRoute {
  readonly functionId: string;
  readonly properties: Json;
}

/** A template that is being rewritten. */
export interface Rewriting {
  add(logicalId: string, resource: Written): void;
  /** A resource as far as it is written; a bucket's notifications are added to later. */
  change(logicalId: string, change: (properties: Json) => Json): void;
  addRoute(apiId: string, route: SamRoute): void;
  routesOf(apiId: string): readonly SamRoute[];
  notice(text: string): void;
}

/** A text that SAM must know when it rewrites the template: no reference can stand for it. */
export function plainText(place: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`${place}: must be a text without references, not ${JSON.stringify(value)}`);
}
