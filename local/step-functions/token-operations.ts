import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import type { TaskTokens } from '#local/step-functions/interpreter/tokens.ts';
import { isJson } from '#local/step-functions/machines/json-errors.ts';
import { string, structure } from '#local/wire/shape.ts';

/** Returns the operations that report on tasks by their token. */
export function tokenOperations(tokens: TaskTokens): readonly (readonly [string, Operation])[] {
  const byToken = { taskToken: string() };
  return [
    [
      'SendTaskSuccess',
      operation(structure({ ...byToken, output: string() }), ({ taskToken, output }) => {
        if (!isJson(output)) throw new AwsError('InvalidOutput', 'Invalid Output: it is not JSON');
        tokens.succeed(taskToken, parseStateJson(output));
      }),
    ],
    [
      'SendTaskFailure',
      operation(structure(byToken, { error: string(), cause: string() }), (input) => {
        const { taskToken, error, cause } = input;
        tokens.fail(taskToken, new StatesError(error, cause));
      }),
    ],
    ['SendTaskHeartbeat', operation(structure(byToken), ({ taskToken }) => tokens.beat(taskToken))],
  ];
}
