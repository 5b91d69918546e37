import { AwsError } from '#local/wire/aws-error.ts';
import {
  boolean,
  list,
  map,
  oneOf,
  string,
  structure,
  type Problem,
  type Shape,
  type Shaped,
} from '#local/wire/shape.ts';

/** Who made a topic or a subscription: what a template no longer declares is deleted. */
const madeBy = oneOf('template', 'api');

/** The shape of a topic as it is stored. */
export const topicShape = structure({
  name: string(),
  arn: string(),
  attributes: map(string()),
  tags: map(string()),
  by: madeBy,
});

/** A topic: its attributes are as in the API. */
export type Topic = Shaped<typeof topicShape>;

/** The protocols whose endpoints are hosted here. */
export const protocolShape = oneOf('sqs', 'lambda');

/** The shape of a subscription as it is stored. */
export const subscriptionShape = structure({
  arn: string(),
  topicArn: string(),
  protocol: protocolShape,
  endpoint: string(),
  attributes: map(string()),
  by: madeBy,
});

/** A subscription of a queue or a function: its attributes are as in the API. */
export type Subscription = Shaped<typeof subscriptionShape>;

/** Returns whether a topic is a FIFO topic. */
export function isFifo({ attributes }: Topic): boolean {
  return attributes['FifoTopic'] === 'true';
}

/** Returns SNS's error for an invalid parameter. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid parameter: ${message}`, {
    queryCode: 'InvalidParameter',
  });
}

/** Returns SNS's error for a topic or a subscription that does not exist. */
export function notFound(message: string): AwsError {
  return new AwsError('NotFoundException', message, { status: 404, queryCode: 'NotFound' });
}

/** Returns SNS's error for input that does not have the shape of its operation. */
export function invalidInput(problems: readonly Problem[]): AwsError {
  const [problem] = problems;
  const name = problem?.path.join('.') ?? '';
  return problem?.rule.type === 'present'
    ? invalidParameter(`The request must contain the parameter ${name}.`)
    : invalidParameter(name);
}

const entriesShape = structure({
  entry: list(structure({ key: string() }, { value: string() })),
});

/** A map of texts in the query protocol. An empty text is absent there. */
export const textMap: Shape<Readonly<Record<string, string>>> = (value, path, problems) => {
  const { entry } = entriesShape(value, path, problems);
  return Object.fromEntries((entry ?? []).map(({ key, value: text = '' }) => [key, text]));
};

/** The tags of a request. */
export const tagList = list(structure({ Key: string() }, { Value: string() }));

/** A boolean in the query protocol. */
export const flag: Shape<boolean> = (value, path, problems) =>
  boolean(value === 'true' ? true : value === 'false' ? false : value, path, problems);
