import type { LogGroup, LogStore } from '#local/logs/log-store.ts';
import { retentions } from '#local/logs/read-log-groups.ts';
import { accountId } from '#local/template/stack-context.ts';
import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { integer, string, structure } from '#local/wire/shape.ts';

const named = structure({ logGroupName: string() });

/** Returns the operations on log groups, by name. */
export function groupOperations(
  logs: LogStore,
  region: string,
): readonly (readonly [string, Operation])[] {
  return [
    ['DescribeLogGroups', describeGroups(logs, region)],
    [
      'PutRetentionPolicy',
      operation(
        structure({ logGroupName: string(), retentionInDays: integer() }),
        ({ logGroupName, retentionInDays }) => {
          const { name } = requireGroup(logs, region, logGroupName);
          if (!retentions.has(retentionInDays)) {
            throw invalidParameter('The specified retentionInDays is invalid.');
          }
          logs.retain(name, retentionInDays);
        },
      ),
    ],
    [
      'DeleteRetentionPolicy',
      operation(named, ({ logGroupName }) => {
        logs.retain(requireGroup(logs, region, logGroupName).name, undefined);
      }),
    ],
  ];
}

/** Returns the ARN of a log group. */
export function arnOf(region: string, name: string): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
}

function describeGroups(logs: LogStore, region: string): Operation {
  const shape = structure(
    {},
    {
      logGroupNamePrefix: string(),
      logGroupNamePattern: string(),
      limit: integer({ min: 1, max: 50 }),
      nextToken: string(),
    },
  );
  return operation(
    shape,
    ({ logGroupNamePrefix = '', logGroupNamePattern = '', limit = 50, nextToken = '0' }) => {
      const groups = logs
        .groups()
        .filter(
          ({ name }) => name.startsWith(logGroupNamePrefix) && name.includes(logGroupNamePattern),
        )
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const start = Number(nextToken);
      const page = groups
        .slice(start, start + limit)
        .map(({ name, createdAt, events, retentionDays }) => ({
          logGroupName: name,
          logGroupClass: 'STANDARD',
          creationTime: createdAt,
          retentionInDays: retentionDays,
          metricFilterCount: 0,
          arn: `${arnOf(region, name)}:*`,
          logGroupArn: arnOf(region, name),
          storedBytes: events.reduce((sum, { message }) => sum + message.length, 0),
        }));
      const rest = start + limit < groups.length ? { nextToken: String(start + limit) } : {};
      return { logGroups: page, ...rest };
    },
  );
}

/** Returns the service's error for a value that it does not allow. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** Finds a group by its name or by its ARN, which may end with `:*`. */
export function findGroup(logs: LogStore, region: string, nameOrArn: string): LogGroup | undefined {
  const prefix = arnOf(region, '');
  if (!nameOrArn.startsWith(prefix)) return logs.find(nameOrArn);
  return logs.find(nameOrArn.slice(prefix.length).replace(/:\*$/u, ''));
}

/** Returns a group by its name or ARN. Throws AWS's error if it does not exist. */
export function requireGroup(logs: LogStore, region: string, nameOrArn = ''): LogGroup {
  const group = findGroup(logs, region, nameOrArn);
  if (group !== undefined) return group;
  throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
}
