import { identify, type IdentityPolicy } from '#local/bedrock/server/identity.ts';
import { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { TraceFilter, TraceStore } from '#local/traces/trace-store.ts';
import type { AwsRequest, AwsResponse, Engine } from '#local/wire/aws-exchange.ts';

export interface TracesSettings {
  /** Absent if no traces are received. */
  readonly store: TraceStore | undefined;
  readonly identity: IdentityPolicy;
  readonly region: string;
}

/** The attributes that a request can filter by, by the names in its query. */
const attributeFilters: Readonly<Record<string, string>> = {
  turn: 'streambed.turn_id',
  conversation: 'gen_ai.conversation.id',
};

const defaultLimit = 20;
const maxLimit = 500;

/** Answers `GET /_streambed/traces`, signed as for Bedrock, like the rest of `/_streambed`. */
export function createTracesEngine({ store, identity, region }: TracesSettings): Engine {
  return async (request, response) => {
    try {
      const nowMs = Date.now();
      const needs = { nowMs, region, signingServices: ['bedrock'], requiresSignature: true };
      identify(request, identity, needs);
      send(response, 200, { traces: find(store, request) });
    } catch (error) {
      if (error instanceof BedrockError) send(response, error.status, { message: error.message });
      else send(response, 400, { error: error instanceof Error ? error.message : String(error) });
    }
  };
}

function find(store: TraceStore | undefined, { method, url }: AwsRequest): readonly object[] {
  if (method !== 'GET') throw new Error('Only GET is possible.');
  if (store === undefined) throw new Error('This system receives no traces: npm start does.');
  return store.find(readFilter(new URL(url, 'http://localhost').searchParams));
}

function readFilter(query: URLSearchParams): TraceFilter {
  const attributes: Record<string, string> = {};
  let limit = defaultLimit;
  let traceId: string | undefined;
  for (const [name, value] of query) {
    const attribute = attributeFilters[name];
    if (attribute !== undefined) attributes[attribute] = value;
    else if (name === 'trace') traceId = value.toLowerCase();
    else if (name === 'limit') limit = readLimit(value);
    else throw new Error(`${name}: is not a filter; use ${filterNames.join(', ')}`);
  }
  return { traceId, attributes, limit };
}

const filterNames = [...Object.keys(attributeFilters), 'trace', 'limit'];

function readLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxLimit) return limit;
  throw new Error(`limit: must be a whole number from 1 to ${maxLimit}`);
}

function send(response: AwsResponse, status: number, body: object): void {
  response.start(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
