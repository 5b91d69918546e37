import { invalidParameter } from '#local/sqs/queue.ts';
import { record, type Json } from '#local/template/json.ts';
import { AwsError } from '#local/wire/aws-error.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';
import type { Operation } from '#local/wire/aws-json.ts';
import { createQueryEngine, toTree, type QueryOperation } from '#local/wire/aws-query.ts';
import { asText, isRecord, type Problem } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

/**
 * Returns the engine of SQS's older query protocol, which API Gateway's integrations still speak. It
 * has the operations of AWS JSON, and its lists have no parent element.
 */
export function createSqsQueryEngine(
  credentials: Credentials,
  operations: ReadonlyMap<string, Operation>,
): Engine {
  return createQueryEngine({
    credentials,
    namespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    operations: new Map([...operations].map(([name, each]) => [name, asQuery(name, each)])),
    refuse,
    // The path of a queue's URL names the queue.
    fromPath: (path) => (path === '/' ? {} : { QueueUrl: path }),
    toJson: renameMessages,
  });
}

function asQuery(name: string, { run }: Operation): QueryOperation {
  return async (parameters, call) => toResult(name, await run(toInput(name, parameters), call));
}

/** Names of lists on the wire, and the members that they are in AWS JSON. */
const lists: Readonly<Record<string, string>> = {
  AttributeName: 'AttributeNames',
  MessageAttributeName: 'MessageAttributeNames',
  MessageSystemAttributeName: 'MessageSystemAttributeNames',
  TagKey: 'TagKeys',
};

/** Names of maps on the wire, and the members that they are in AWS JSON. */
const maps: Readonly<Record<string, string>> = {
  Attribute: 'Attributes',
  MessageAttribute: 'MessageAttributes',
  MessageSystemAttribute: 'MessageSystemAttributes',
  Tag: 'Tags',
};

/** Returns the input of an operation from form parameters. */
function toInput(operation: string, parameters: URLSearchParams): Json {
  const input = toMembers(toTree(parameters));
  // CreateQueue alone spells its tags in lower case.
  if (operation !== 'CreateQueue' || input['Tags'] === undefined) return input;
  const { Tags: tags, ...others } = input;
  return { ...others, tags };
}

function toMembers(tree: Json): Json {
  return Object.fromEntries(Object.entries(tree).map(toMember));
}

function toMember([name, value]: [string, unknown]): [string, unknown] {
  const items = Array.isArray(value) ? value : [value];
  const map = maps[name];
  if (map !== undefined) return [map, Object.fromEntries(items.map(record).map(toEntry))];
  if (name.endsWith('BatchRequestEntry')) return ['Entries', items.map(record).map(toMembers)];
  const list = lists[name];
  if (list !== undefined) return [list, items];
  const isWhole = /^(?:DelaySeconds|Max\w+|VisibilityTimeout|WaitTimeSeconds)$/u.test(name);
  return [name, isWhole && /^-?\d+$/u.test(String(value)) ? Number(value) : value];
}

function toEntry({ Name, Key, Value }: Json): readonly [string, unknown] {
  return [String(Name ?? Key), Value];
}

/** The members that a response has in this protocol even if they are null. */
const nullable: Readonly<Record<string, readonly string[]>> = {
  SendMessage: [
    'MD5OfMessageAttributes',
    'MD5OfMessageBody',
    'MD5OfMessageSystemAttributes',
    'MessageId',
    'SequenceNumber',
  ],
};

/** Returns the result of an operation as a tree for XML. Undefined if the operation has none. */
function toResult(operation: string, output: unknown): unknown {
  if (!isRecord(output)) return undefined;
  const result = flatten(operation, output);
  const nulls = (nullable[operation] ?? []).map((name) => [name, result[name] ?? null] as const);
  return { ...result, ...Object.fromEntries(nulls) };
}

function flatten(operation: string, output: Json): Json {
  const rename: Readonly<Record<string, string>> = {
    Messages: 'Message',
    QueueUrls: 'QueueUrl',
    Successful: `${operation}ResultEntry`,
    Failed: 'BatchResultErrorEntry',
  };
  return Object.fromEntries(
    Object.entries(output).map(([name, value]): [string, unknown] => {
      if (name.endsWith('Attributes') && isRecord(value)) return [name.slice(0, -1), pairs(value)];
      const items = Array.isArray(value)
        ? value.map((item) => flattenItem(operation, item))
        : value;
      return [rename[name] ?? name, items];
    }),
  );
}

function flattenItem(operation: string, item: unknown): unknown {
  return isRecord(item) ? flatten(operation, item) : item;
}

function pairs(map: Json): readonly Json[] {
  return Object.entries(map).map(([Name, Value]) => ({ Name, Value }));
}

/** In JSON, ReceiveMessage alone has other names for its lists, which are null if they are empty. */
function renameMessages(action: string, result: unknown): unknown {
  if (action !== 'ReceiveMessage' || !isRecord(result)) return result;
  const { Message: messages } = result;
  return { messages: Array.isArray(messages) ? messages.map(record).map(renameMessage) : null };
}

function renameMessage({ Attribute, MessageAttribute, ...others }: Json): Json {
  const { MD5OfMessageAttributes: digest = null } = others;
  return {
    ...others,
    Attributes: Attribute ?? null,
    MessageAttributes: MessageAttribute ?? null,
    MD5OfMessageAttributes: digest,
  };
}

function refuse(problems: readonly Problem[]): AwsError {
  const [problem] = problems;
  const name = problem?.path.join('.') ?? '';
  if (problem?.rule.type === 'present') {
    const message = `The request must contain the parameter ${name}.`;
    return new AwsError('MissingParameter', message);
  }
  const value = asText(problem?.value) ?? '';
  return invalidParameter(`Value ${value} for parameter ${name} is invalid.`);
}
