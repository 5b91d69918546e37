import { record } from '#local/template/json.ts';
import type { Properties } from '#local/template/properties.ts';

/** A change, such as `append:header.name`, with the expression of its value. */
export type Change = readonly [change: string, expression: string];

/** How an HTTP API changes what passes through it. */
export interface ParameterChanges {
  readonly request: readonly Change[];
  /** By the status of the response. */
  readonly responses: ReadonlyMap<string, readonly Change[]>;
}

/** The changes of a proxy that passes everything on as it is. */
export const noChanges: ParameterChanges = { request: [], responses: new Map() };

/** Reads the changes of a proxy. Throws for what API Gateway refuses. */
export function readChanges(properties: Properties): ParameterChanges {
  const request = Object.entries(properties.textMap('RequestParameters'));
  const place = `${properties.key}.RequestParameters`;
  for (const [change] of request) check(place, change, requestChange, 'Request');
  return { request, responses: readResponseChanges(properties) };
}

const requestChange =
  /^(?:(?:append|overwrite|remove):(?:header|querystring)\.\S+|overwrite:path)$/u;
const responseChange = /^(?:(?:append|overwrite|remove):header\.\S+|overwrite:statuscode)$/u;

/** API Gateway developer guide, "Reserved headers" of parameter mappings of HTTP APIs. */
const reserved =
  /:header\.(?:access-control-.*|apigw-.*|authorization|connection|content-(?:encoding|length|location)|forwarded|keep-alive|origin|proxy-authenticat(?:e|ion)|proxy-authorization|te|trailers?|transfer-encoding|upgrade|x-amz-.*|x-amzn-.*|x-forwarded-(?:for|host|proto)|via)$/iu;

function check(place: string, change: string, allowed: RegExp, kind: string): void {
  if (!allowed.test(change))
    throw new Error(
      `${place}: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid ${kind} Actioned Parameter: ${change}]`,
    );
  if (reserved.test(change))
    throw new Error(
      `${place}: Operations on header ${change.replace(/^.*?\./u, '')} are restricted`,
    );
}

/** Reads the changes of responses. CloudFormation lists them, and OpenAPI has maps. */
export function readResponseChanges(properties: Properties): ParameterChanges['responses'] {
  const statuses = properties.nested('ResponseParameters');
  const entries = statuses.names().map((status) => {
    const response = statuses.nested(status);
    const listed = response
      .list('ResponseParameters')
      .map((item) => [item.text('Destination'), item.text('Source')] as const);
    const mapped = Object.entries(record(statuses.raw(status)))
      .filter(([name]) => name !== 'ResponseParameters')
      .map(([name, value]) => [name, String(value)] as const);
    const changes = [...listed, ...mapped];
    for (const [change] of changes) check(response.key, change, responseChange, 'Response');
    return [status, changes] as const;
  });
  return new Map(entries);
}
