import { randomUUID } from 'node:crypto';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { list, number, string, structure, type Shaped } from '#local/wire/shape.ts';
import { accountId } from '#local/template/stack-context.ts';
import { matchesPattern } from '#local/events/event-pattern.ts';
import type { EventBuses } from '#local/events/bus/event-buses.ts';
import { invalidRequest, readPattern } from '#local/events/bus/event-errors.ts';
import { eventTime, type BusEvent } from '#local/events/bus/rule.ts';

/** What a date can be from 1970. */
const maxSeconds = 8_640_000_000_000;

const entryShape = structure(
  {},
  {
    Source: string(),
    DetailType: string(),
    Detail: string(),
    Resources: list(string()),
    EventBusName: string({ min: 1, max: 1600 }),
    /** Seconds since 1970. */
    Time: number({ min: -maxSeconds, max: maxSeconds }),
    TraceHeader: string({ min: 1, max: 500 }),
  },
);

type Entry = Shaped<typeof entryShape>;

/** EventBridge user guide, "Quotas": 1 MB since January 2026. */
const maxBytes = 1024 * 1024;

/** What makes events. */
export interface EventMaker {
  readonly region: string;
  /** Returns milliseconds since 1970. */
  now(): number;
}

/** What an event is about. */
export interface NewEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly resources?: readonly string[] | undefined;
  /** Milliseconds since 1970; now, if absent. */
  readonly time?: number | undefined;
}

/** Returns a new event as rules see it. */
export function toEvent(
  { source, detailType, detail, resources = [], time }: NewEvent,
  { region, now }: EventMaker,
): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: accountId,
    time: eventTime(time ?? now()),
    region,
    resources,
    detail,
  };
}

/** `PutEvents`: each entry has an id or an error of its own. */
export function putEvents(buses: EventBuses, maker: EventMaker): Operation {
  const shape = structure(
    { Entries: list(entryShape, { min: 1, max: 10 }) },
    { EndpointId: string() },
  );
  return operation(shape, ({ Entries }) => {
    const size = Entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    if (size >= maxBytes) {
      throw invalidRequest('Total size of the entries in the request is over the limit.');
    }
    const results = Entries.map((entry) => putEntry(entry, buses, maker));
    const FailedEntryCount = results.filter((result) => 'ErrorCode' in result).length;
    return { FailedEntryCount, Entries: results };
  });
}

/** EventBridge user guide, "Calculating PutEvents event entry size". */
function sizeOf({
  Time,
  Source = '',
  DetailType = '',
  Detail = '',
  Resources = [],
}: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return bytes + (Time === undefined ? 0 : 14);
}

function putEntry(
  entry: Entry,
  buses: EventBuses,
  maker: EventMaker,
): { EventId: string } | { ErrorCode: string; ErrorMessage: string } {
  const missing = (['Source', 'DetailType', 'Detail'] as const).find((name) => !entry[name]);
  if (missing !== undefined) {
    const reason = `Reason: ${missing} is a required argument.`;
    const ErrorMessage = `Parameter ${missing} is not valid. ${reason}`;
    return { ErrorCode: 'InvalidArgument', ErrorMessage };
  }
  const { Source: source = '', DetailType: detailType = '', Detail = '' } = entry;
  if (source.startsWith('aws.')) {
    const ErrorMessage = 'Not authorized for the source.';
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage };
  }
  const detail = parseDetail(Detail);
  if (detail === undefined) {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  const time = entry.Time === undefined ? undefined : entry.Time * 1000;
  const event = toEvent({ source, detailType, detail, resources: entry.Resources, time }, maker);
  buses.emit(buses.nameOf(entry.EventBusName), event);
  return { EventId: event.id };
}

/** The detail must be a JSON object, and not nested so deeply that it cannot be sent. */
function parseDetail(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    JSON.stringify(value);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const eventMembers = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];

/** `TestEventPattern`: whether an event matches a pattern. */
export function testEventPattern(): Operation {
  const shape = structure({ EventPattern: string({ max: 4096 }), Event: string() });
  return operation(shape, ({ EventPattern, Event }) => {
    const pattern = readPattern(EventPattern);
    const event = parseDetail(Event);
    if (event === undefined || eventMembers.some((name) => !Object.hasOwn(event, name))) {
      throw invalidRequest('Parameter Event is not valid.');
    }
    return { Result: matchesPattern(pattern, event) };
  });
}
