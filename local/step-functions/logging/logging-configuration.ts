import { AwsError } from '#local/wire/aws-error.ts';
import { asText } from '#local/wire/shape.ts';
import type { Properties } from '#local/template/properties.ts';
import { record, type Json } from '#local/template/json.ts';

/** What a state machine logs, as the API has it. */
export interface LoggingConfiguration {
  readonly level: LogLevel;
  readonly includeExecutionData: boolean;
  readonly destinations?: readonly Json[] | undefined;
}

/** Which events are logged. */
export type LogLevel = (typeof levels)[number];

const levels = ['ALL', 'ERROR', 'FATAL', 'OFF'] as const;

/** The configuration of a machine that logs nothing. */
export const noLogging: LoggingConfiguration = { level: 'OFF', includeExecutionData: false };

/** Reads the configuration in a request. Throws AWS's error if it has no destination. */
export function readLoggingRequest(configuration: Json): LoggingConfiguration {
  const { level, includeExecutionData, destinations } = configuration;
  const logging = {
    level: levels.find((each) => each === level) ?? noLogging.level,
    includeExecutionData: includeExecutionData === true,
    ...(Array.isArray(destinations) ? { destinations: destinations.map(record) } : {}),
  };
  const { destinations: given = [] } = logging;
  if (given.length > 1 || (logging.level !== 'OFF' && logGroupOf(logging) === undefined)) {
    const reason = 'Must specify exactly one Log Destination.';
    throw new AwsError('InvalidLoggingConfiguration', `Invalid Logging Configuration: ${reason}`);
  }
  return logging;
}

/** Reads the property `LoggingConfiguration` of a state machine in a template. */
export function readDeclaredLogging(properties: Properties): LoggingConfiguration {
  const configuration = properties.nested('LoggingConfiguration');
  const arns = configuration
    .list('Destinations')
    .map((each) => each.nested('CloudWatchLogsLogGroup').text('LogGroupArn'));
  return {
    level: configuration.choice('Level', levels, 'OFF'),
    includeExecutionData: configuration.flag('IncludeExecutionData', false),
    ...(arns.length === 0
      ? {}
      : {
          destinations: arns.map((logGroupArn) => ({ cloudWatchLogsLogGroup: { logGroupArn } })),
        }),
  };
}

/** Returns the name of the log group to which a machine logs, or undefined. */
export function logGroupOf({ destinations = [] }: LoggingConfiguration): string | undefined {
  const arn = asText(record(destinations[0]?.['cloudWatchLogsLogGroup'])['logGroupArn']) ?? '';
  return /:log-group:(.+?)(?::\*)?$/u.exec(arn)?.[1];
}
