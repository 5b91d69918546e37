import type { DynamoResponse } from '#local/dynamodb/operations.ts';
import { coralError, lowerNames } from '#local/wire/coral-error.ts';
import { readShape, type Shape } from '#local/wire/shape.ts';

const prefixes = {
  coral: 'com.amazon.coral.service#',
  validation: 'com.amazon.coral.validate#',
  dynamodb: 'com.amazonaws.dynamodb.v20120810#',
};

/** An error that DynamoDB returns. `catchRefusal` turns it into a response. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly statusCode = 400;
  readonly body: DynamoResponse['body'];

  constructor(
    type: string,
    message: string,
    { kind = 'dynamodb', ...members }: RefusalOptions = {},
  ) {
    super(message);
    this.body = { __type: `${prefixes[kind]}${type}`, message, ...members };
  }
}

interface RefusalOptions {
  readonly kind?: keyof typeof prefixes;
  readonly CancellationReasons?: readonly object[];
}

/** Returns the error for an input that is not valid. */
export function invalid(message: string): Refusal {
  return new Refusal('ValidationException', message, { kind: 'validation' });
}

/** Returns an input of a shape. Throws the error that AWS returns for its problems. */
export function readInput<T>(shape: Shape<T>, input: unknown): T {
  return readShape(shape, input, (problems) => {
    const { code, message } = coralError(lowerNames(problems));
    const kind = code === 'ValidationException' ? 'validation' : 'coral';
    return new Refusal(code, message, { kind });
  });
}
