import {
  createJsonEngine,
  operation,
  validationError,
  type Operation,
} from '#local/wire/aws-json.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';
import type { LogEvent, LogStore } from '#local/logs/log-store.ts';
import { compileFilterPattern } from '#local/logs/filter-pattern.ts';
import { boolean, integer, list, string, structure } from '#local/wire/shape.ts';
import {
  arnOf,
  groupOperations,
  invalidParameter,
  requireGroup,
} from '#local/logs/group-operations.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

export interface LogsOptions {
  readonly logs: LogStore;
  readonly credentials: Credentials;
  readonly region: string;
}

/** Returns the engine of CloudWatch Logs, with the operations that read logs. */
export function createLogsEngine({ logs, credentials, region }: LogsOptions): Engine {
  return createJsonEngine({
    credentials,
    target: 'Logs_20140328',
    version: '1.1',
    refuse: (problems) => invalidParameter(validationError(problems).message),
    operations: new Map<string, Operation>([
      ...groupOperations(logs, region),
      ['DescribeLogStreams', describeStreams(logs, region)],
      ['FilterLogEvents', filterEvents(logs, region)],
      ['GetLogEvents', getEvents(logs, region)],
    ]),
  });
}

function describeStreams(logs: LogStore, region: string): Operation {
  const optional = {
    logGroupName: string(),
    logGroupIdentifier: string(),
    logStreamNamePrefix: string(),
    orderBy: string(),
    descending: boolean,
    limit: integer({ min: 1, max: 50 }),
    nextToken: string(),
  };
  return operation(structure({}, optional), (input) => {
    const group = requireGroup(logs, region, input.logGroupName ?? input.logGroupIdentifier);
    const byStream = Map.groupBy(group.events, ({ stream }) => stream);
    const streams = [...byStream]
      .filter(([name]) => name.startsWith(input.logStreamNamePrefix ?? ''))
      .map(([name, events]) => ({
        logStreamName: name,
        creationTime: events[0]?.timestamp,
        firstEventTimestamp: events[0]?.timestamp,
        lastEventTimestamp: events.at(-1)?.timestamp,
        lastIngestionTime: events.at(-1)?.timestamp,
        arn: `${arnOf(region, group.name)}:log-stream:${name}`,
        storedBytes: 0,
      }));
    const inOrder = input.descending === true ? streams.toReversed() : streams;
    return { logStreams: inOrder.slice(0, input.limit ?? 50) };
  });
}

function filterEvents(logs: LogStore, region: string): Operation {
  const optional = {
    logGroupName: string(),
    logGroupIdentifier: string(),
    logStreamNames: list(string()),
    logStreamNamePrefix: string(),
    startTime: integer(),
    endTime: integer(),
    filterPattern: string(),
    limit: integer({ min: 1, max: 10_000 }),
    nextToken: string(),
    interleaved: boolean,
    unmask: boolean,
  };
  return operation(structure({}, optional), (input) => {
    const { logStreamNames, logStreamNamePrefix = '', startTime = 0, endTime = Infinity } = input;
    if (logStreamNames !== undefined && input.logStreamNamePrefix !== undefined) {
      throw invalidParameter(
        'Only one of logStreamNames and logStreamNamePrefix may be specified.',
      );
    }
    const group = requireGroup(logs, region, input.logGroupName ?? input.logGroupIdentifier);
    const matches = compileFilterPattern(input.filterPattern ?? '');
    const { limit = 10_000, nextToken: first = '' } = input;
    if (!/^(?:\d{56})?$/u.test(first))
      throw invalidParameter('The specified nextToken is invalid.');
    const found = group.events.filter(
      ({ id, stream, timestamp, message }) =>
        id >= first &&
        timestamp >= startTime &&
        timestamp <= endTime &&
        stream.startsWith(logStreamNamePrefix) &&
        (logStreamNames?.includes(stream) ?? true) &&
        matches(message),
    );
    const events = found.slice(0, limit).map((event) => ({
      eventId: event.id,
      logStreamName: event.stream,
      timestamp: event.timestamp,
      ingestionTime: event.timestamp,
      message: event.message,
    }));
    // A page begins with a line, not at a number: old lines are removed meanwhile.
    return { events, searchedLogStreams: [], nextToken: found[limit]?.id };
  });
}

function getEvents(logs: LogStore, region: string): Operation {
  const optional = {
    logGroupName: string(),
    logGroupIdentifier: string(),
    startTime: integer(),
    endTime: integer(),
    limit: integer({ min: 1, max: 10_000 }),
    startFromHead: boolean,
    nextToken: string(),
  };
  return operation(structure({ logStreamName: string() }, optional), (input) => {
    const { startTime = 0, endTime = Infinity, limit = 10_000 } = input;
    const group = requireGroup(logs, region, input.logGroupName ?? input.logGroupIdentifier);
    const found = group.events.filter(
      ({ stream, timestamp }) =>
        stream === input.logStreamName && timestamp >= startTime && timestamp < endTime,
    );
    const selected = input.startFromHead === true ? found.slice(0, limit) : found.slice(-limit);
    const events = selected.map(({ timestamp, message }: LogEvent) => ({
      timestamp,
      message,
      ingestionTime: timestamp,
    }));
    return { events, nextForwardToken: 'f/0', nextBackwardToken: 'b/0' };
  });
}
