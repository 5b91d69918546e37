import { isRecord } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';
import type { Properties } from '#local/template/properties.ts';

/** Returns what a target receives for an event. */
export type TargetInput = (event: unknown) => string;

/**
 * Reads what a target of an EventBridge rule receives: the event, constant JSON, a part of the
 * event, or a text made of its parts (EventBridge user guide, "Input transformation").
 */
export function readTargetInput(target: Properties, ruleArn: string): TargetInput {
  const input = target.optionalText('Input');
  if (input !== undefined) return () => input;
  const path = target.optionalText('InputPath');
  if (path !== undefined) return (event) => JSON.stringify(valueAt(event, path) ?? null);
  if (!target.has('InputTransformer')) return (event) => JSON.stringify(event);
  const transformer = target.nested('InputTransformer');
  const template = transformer.text('InputTemplate');
  const paths = transformer.textMap('InputPathsMap');
  return (event) =>
    fill(template, (name) => {
      const own = paths[name];
      return own === undefined ? reserved(name, event, ruleArn) : valueAt(event, own);
    });
}

/**
 * Reads what the target of a schedule receives: JSON with attributes of the schedule (EventBridge
 * Scheduler user guide, "Context attributes"). Without it, that is an event of Scheduler's own,
 * whose detail is a text.
 */
export function readScheduleInput(target: Properties): TargetInput {
  const input = target.optionalText('Input');
  if (input === undefined) {
    const own = { source: 'aws.scheduler', detail: '{}' };
    return (event) => JSON.stringify({ ...record(event), ...own });
  }
  return (event) =>
    input.replaceAll(/<aws\.scheduler\.([\w-]+)>/gu, (text, name: string) => {
      const path = contextAttributes[name];
      return name === 'attempt-number'
        ? '1'
        : String(path === undefined ? text : valueAt(event, path));
    });
}

/** Attributes of a schedule, by the paths of their values in the event of a rule. */
const contextAttributes: Readonly<Record<string, string>> = {
  'execution-id': '$.id',
  'schedule-arn': '$.resources[0]',
  'scheduled-time': '$.time',
};

/** Variables of EventBridge's own. */
function reserved(name: string, event: unknown, ruleArn: string): unknown {
  switch (name) {
    case 'aws.events.event.json':
      return event;
    case 'aws.events.event': {
      const { detail: _, ...others } = record(event);
      return others;
    }
    case 'aws.events.event.ingestion-time':
      return valueAt(event, '$.time');
    case 'aws.events.rule-arn':
      return ruleArn;
    case 'aws.events.rule-name':
      return ruleArn.split('/').at(-1);
    default:
      return undefined;
  }
}

/** Follows a path such as `$.detail.items[0]`. */
function valueAt(event: unknown, path: string): unknown {
  const names = path.match(/[^$.[\]'"]+/gu) ?? [];
  return names.reduce<unknown>((value, name) => {
    if (Array.isArray(value)) return value[Number(name)];
    return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }, event);
}

/** Between quotes a variable stands for its text, and elsewhere for its JSON. */
function fill(template: string, valueOf: (name: string) => unknown): string {
  return template.replaceAll(/"(?:[^"\\]|\\.)*"|<([^<>]+)>/gsu, (part, name?: string) => {
    if (name !== undefined) return JSON.stringify(valueOf(name) ?? null);
    return part.replaceAll(/<([^<>]+)>/gu, (_, inner: string) => {
      const value = valueOf(inner) ?? '';
      const json = JSON.stringify(value);
      return typeof value === 'string' ? json.slice(1, -1) : json.replaceAll('"', '\\"');
    });
  });
}
