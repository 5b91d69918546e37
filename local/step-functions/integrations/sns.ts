import { XMLParser } from 'fast-xml-parser';
import type { ServiceCaller } from '#local/gateway/service-caller.ts';
import type { JsonCall } from '#local/step-functions/integrations/json-services.ts';
import { capitalize } from '#local/step-functions/integrations/members.ts';
import { sdkMetadata } from '#local/step-functions/integrations/metadata.ts';
import {
  optimizedErrors,
  sdkErrors,
  serviceError,
} from '#local/step-functions/integrations/service-errors.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Calls an operation of SNS, which speaks the query protocol. A message may be given as a value. */
export async function callSns(
  caller: ServiceCaller,
  { action, isSdk, parameters }: Omit<JsonCall, 'service'>,
): Promise<unknown> {
  const name = capitalize(action);
  const { Message } = parameters;
  const isText = Message === undefined || typeof Message === 'string';
  const input = isText ? parameters : { ...parameters, Message: JSON.stringify(Message) };
  const form = new URLSearchParams([
    ['Action', name],
    ['Version', '2010-03-31'],
    ...Object.entries(input).flatMap(([key, value]) => toForm(key, value)),
  ]);
  const response = await caller.send('sns', {
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  if (response.error !== undefined) {
    throw serviceError(isSdk ? sdkErrors('Sns') : optimizedErrors.sns, response);
  }
  const output = readResult(name, response.body);
  return isSdk ? output : { ...output, ...sdkMetadata(response, {}) };
}

/** Members of SNS that are maps, with the names of their keys and values on the wire. */
const maps: Readonly<Record<string, readonly [key: string, value: string]>> = {
  Attributes: ['key', 'value'],
  MessageAttributes: ['Name', 'Value'],
};

function toForm(path: string, value: unknown): [string, string][] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => toForm(`${path}.member.${index + 1}`, item));
  }
  if (!isRecord(value)) return [[path, asText(value) ?? '']];
  const names = maps[path.split('.').at(-1) ?? ''];
  return Object.entries(value).flatMap(([key, item], index) => {
    if (names === undefined) return toForm(`${path}.${key}`, item);
    const entry = `${path}.entry.${index + 1}`;
    return toForm(`${entry}.${names[0]}`, key).concat(toForm(`${entry}.${names[1]}`, item));
  });
}

const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'member' });

function readResult(name: string, body: string): Json {
  const response = record(record(parser.parse(body))[`${name}Response`]);
  return record(withoutMembers(record(response[`${name}Result`])));
}

/** Lists are elements called `member`, and maps are elements called `entry`. */
function withoutMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMembers);
  if (!isRecord(value)) return value;
  if ('member' in value) return withoutMembers(value['member']);
  if ('entry' in value) {
    const entries = [value['entry']].flat().map((each) => record(each));
    return Object.fromEntries(entries.map((each) => [String(each['key']), each['value']]));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutMembers(item)]),
  );
}
