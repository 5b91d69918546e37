import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { activityReason } from '#local/step-functions/definition/resources.ts';
import { structure } from '#local/wire/shape.ts';

/** Returns the operations on activities: there are none, and each but the list says what to use. */
export function activityOperations(): readonly (readonly [string, Operation])[] {
  const refuse = operation(structure({}), () => {
    const message = `${activityReason.charAt(0).toUpperCase()}${activityReason.slice(1)}.`;
    throw new AwsError('ValidationException', message);
  });
  return [
    ['CreateActivity', refuse],
    ['DeleteActivity', refuse],
    ['DescribeActivity', refuse],
    ['GetActivityTask', refuse],
    ['ListActivities', operation(structure({}), () => ({ activities: [] }))],
  ];
}
