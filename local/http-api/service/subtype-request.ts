import type { Subtype } from '#local/http-api/service/subtypes.ts';
import type { ServiceTarget } from '#local/rest-api/definition/service-uri.ts';
import type { ServiceCall } from '#local/rest-api/integration/service-call.ts';
import { record, type Json } from '#local/template/json.ts';

/** A call of an action, before it has a signal. */
export type SubtypeRequest = Omit<ServiceCall, 'signal'> & { readonly target: ServiceTarget };

type Parameters = ReadonlyMap<string, string>;

/** Returns the call that a subtype makes of its parameters. */
export function toServiceRequest(
  { service, action }: Subtype,
  parameters: Parameters,
): SubtypeRequest {
  const own = new Map([...parameters].filter(([name]) => name !== 'Region'));
  const shared = { method: 'POST', query: new URLSearchParams() };
  if (service === 'sqs') {
    const form = new URLSearchParams([['Action', action], ...[...own].flatMap(toFields)]);
    return {
      ...shared,
      target: { service, call: { type: 'path', path: '/' } },
      headers: new Map([
        ['accept', '*/*'],
        ['content-type', 'application/x-www-form-urlencoded'],
      ]),
      body: Buffer.from(form.toString()),
    };
  }
  if (service === 'events') {
    const body = { Entries: [Object.fromEntries([...own].map(toMember))] };
    return {
      ...shared,
      target: { service, call: { type: 'path', path: '/' } },
      headers: new Map([
        ['x-amz-target', `AWSEvents.${action}`],
        ['content-type', 'application/x-amz-json-1.1'],
      ]),
      body: Buffer.from(JSON.stringify(body)),
    };
  }
  const members = [...own].map(
    ([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value] as const,
  );
  return {
    ...shared,
    target: { service, call: { type: 'action', action, query: '' } },
    headers: new Map(),
    body: Buffer.from(JSON.stringify(Object.fromEntries(members))),
  };
}

/** Of an event, only its resources are a list, and its time a number. */
function toMember([name, value]: [string, string]): readonly [string, unknown] {
  if (name === 'Resources') return [name, toList(value)];
  if (name !== 'Time') return [name, value];
  return [name, /^\d+(?:\.\d+)?$/u.test(value) ? Number(value) : Date.parse(value) / 1000];
}

/** SQS numbers the items of lists and maps. */
function toFields([name, value]: [string, string]): [string, string][] {
  if (name.endsWith('Names'))
    return toList(value).map((item, index) => [`${name.slice(0, -1)}.${index + 1}`, item]);
  if (!name.endsWith('Attributes')) return [[name, value]];
  return Object.entries(record(parseJson(value))).flatMap(([own, attribute], index) =>
    attributeFields(`${name.slice(0, -1)}.${index + 1}`, own, record(attribute)),
  );
}

function attributeFields(place: string, name: string, attribute: Json): [string, string][] {
  const values = Object.entries(attribute).map(([field, value]): [string, string] => [
    `${place}.Value.${field}`,
    String(value),
  ]);
  return [[`${place}.Name`, name], ...values];
}

/** A list is JSON, or its items with commas between them. */
function toList(value: string): readonly string[] {
  const json = parseJson(value);
  return Array.isArray(json) ? json.map(String) : value.split(',').map((item) => item.trim());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
