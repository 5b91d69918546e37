import type { LogStore } from '#local/logs/log-store.ts';
import type { HistoryEvent } from '#local/step-functions/execution-store.ts';
import {
  logGroupOf,
  type LoggingConfiguration,
  type LogLevel,
} from '#local/step-functions/logging/logging-configuration.ts';
import { record } from '#local/template/json.ts';

/** Writes the events of executions to log groups. */
export interface WorkflowLog {
  write(source: LogSource, event: HistoryEvent): void;
}

/** Whose event it is. */
export interface LogSource {
  readonly machine: { readonly name: string; readonly logging: LoggingConfiguration };
  readonly executionArn: string;
  readonly redriveCount: number;
}

/** Returns a workflow log in a log store. */
export function createWorkflowLog(logs: LogStore): WorkflowLog {
  return {
    write({ machine: { name, logging }, executionArn, redriveCount }, event) {
      const group = logGroupOf(logging);
      if (group === undefined || !isLogged(event.type, logging.level)) return;
      const line = {
        id: String(event.id),
        type: event.type,
        details: detailsOf(event, logging.includeExecutionData),
        previous_event_id: String(event.previous),
        event_timestamp: String(event.at),
        execution_arn: executionArn,
        redrive_count: String(redriveCount),
      };
      const [day, time] = new Date(event.at).toISOString().split('T');
      const minute = `${day}-${time?.slice(0, 5).replace(':', '-')}`;
      logs.append(group, `states/${name}/${minute}/00000000`, JSON.stringify(line));
    },
  };
}

/** Which events a level has (developer guide, "Log levels for Step Functions execution events"). */
function isLogged(type: string, level: LogLevel): boolean {
  switch (level) {
    case 'ALL':
      return true;
    case 'ERROR':
      return /(?:Failed|TimedOut|Aborted)$|^FailStateEntered$/u.test(type);
    case 'FATAL':
      return /^Execution(?:Failed|TimedOut|Aborted)$/u.test(type);
    case 'OFF':
      return false;
  }
}

/** The members that contain data of an execution. */
const data: ReadonlySet<string> = new Set([
  'input',
  'inputDetails',
  'output',
  'outputDetails',
  'parameters',
  'assignedVariables',
  'assignedVariablesDetails',
  'error',
  'cause',
]);

function detailsOf({ details }: HistoryEvent, hasData: boolean): object {
  const entries = Object.entries(record(JSON.parse(details)));
  return Object.fromEntries(entries.filter(([name]) => hasData || !data.has(name)));
}
