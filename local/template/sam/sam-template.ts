import type { Json } from '#local/template/json.ts';

/** A resource as it stands in a template. */
export interface RawResource {
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

/** A SAM template while its resources are rewritten as CloudFormation's. */
export interface SamTemplate {
  add(logicalId: string, resource: RawResource): void;
  /** Changes a resource that was added before; events add to a bucket's notifications. */
  change(logicalId: string, change: (properties: Json) => Json): void;
  addRoute(apiId: string, route: SamRoute): void;
  routesOf(apiId: string): readonly SamRoute[];
  /** Reports something that is left out and changes how the system behaves. */
  warn(message: string): void;
  /** Reports something that is left out without consequences here. */
  note(message: string): void;
}

/** Returns a string that SAM needs while it rewrites the template. Throws for a reference. */
export function plainText(place: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`${place}: must be a string without references, not ${JSON.stringify(value)}`);
}
