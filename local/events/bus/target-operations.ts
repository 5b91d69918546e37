import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { pageOf } from '#local/wire/rpc/page.ts';
import { boolean, integer, list, string, structure } from '#local/wire/shape.ts';
import type { EventBuses } from '#local/events/bus/event-buses.ts';
import { invalidRequest, invalidToken } from '#local/events/bus/event-errors.ts';
import { targetShape, type Target } from '#local/events/bus/rule.ts';
import { requireRule } from '#local/events/bus/rule-operations.ts';

const maxTargets = 5;

const bus = string({ min: 1, max: 1600 });

/** Returns the operations on the targets of rules, by name. */
export function targetOperations(buses: EventBuses): readonly (readonly [string, Operation])[] {
  return [
    ['PutTargets', putTargets(buses)],
    [
      'RemoveTargets',
      operation(
        structure(
          { Rule: string(), Ids: list(string(), { min: 1, max: 100 }) },
          { EventBusName: bus, Force: boolean },
        ),
        (input) => {
          const rule = requireRule(buses, input.Rule, input.EventBusName);
          const targets = rule.targets.filter(({ Id }) => !input.Ids.includes(Id));
          buses.putRule({ ...rule, targets });
          const missing = input.Ids.filter((id) => !rule.targets.some(({ Id }) => Id === id));
          const FailedEntries = missing.map((TargetId) => ({
            TargetId,
            ErrorCode: 'ResourceNotFoundException',
            ErrorMessage: `Rule ${rule.name} does not have target with ID ${TargetId}.`,
          }));
          return { FailedEntryCount: missing.length, FailedEntries };
        },
      ),
    ],
    [
      'ListTargetsByRule',
      operation(
        structure(
          { Rule: string() },
          { EventBusName: bus, NextToken: string(), Limit: integer({ min: 1, max: 100 }) },
        ),
        ({ Rule, EventBusName, NextToken: token, Limit: size = 100 }) => {
          const { targets } = requireRule(buses, Rule, EventBusName);
          const page = pageOf(targets, { keyOf: idOf, size, token, invalid: invalidToken });
          return { Targets: page.items, NextToken: page.token };
        },
      ),
    ],
  ];
}

function idOf({ Id }: Target): string {
  return Id;
}

function putTargets(buses: EventBuses): Operation {
  const shape = structure(
    { Rule: string(), Targets: list(targetShape, { min: 1, max: 100 }) },
    { EventBusName: bus },
  );
  return operation(shape, ({ Rule, Targets, EventBusName }) => {
    const rule = requireRule(buses, Rule, EventBusName);
    Targets.forEach(checkTarget);
    const kept = rule.targets.filter(({ Id }) => !Targets.some((target) => target.Id === Id));
    const targets = [...kept, ...Targets];
    if (targets.length > maxTargets) {
      throw new AwsError(
        'LimitExceededException',
        'The requested resource exceeds the maximum number allowed.',
      );
    }
    buses.putRule({ ...rule, targets });
    return { FailedEntryCount: 0, FailedEntries: [] };
  });
}

/** Throws EventBridge's error for a target that it does not take. */
export function checkTarget({ Id, Arn, ...target }: Target): void {
  if (!/^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+/u.test(Arn)) {
    throw invalidRequest(
      `Parameter ${Arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  }
  const isFifo = Arn.includes(':sqs:') && Arn.endsWith('.fifo');
  if (isFifo && target.SqsParameters?.MessageGroupId === undefined) {
    throw invalidRequest(`Parameter(s) SqsParameters must be specified for target: ${Id}.`);
  }
  const inputs = [target.Input, target.InputPath, target.InputTransformer];
  if (inputs.filter((input) => input !== undefined).length > 1) {
    throw invalidRequest(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`,
    );
  }
  if (target.Input !== undefined && !isJson(target.Input)) {
    throw invalidRequest(`JSON syntax error in input for target ${Id}`);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
