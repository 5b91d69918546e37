import type { Definitions } from '#local/host/definitions.ts';
import type { FunctionDefinition } from '#local/lambda/definition/function-definition.ts';
import { isNameOf } from '#local/lambda/definition/read-functions.ts';

/**
 * Returns the keys of the APIs, queues, buckets and state machines, and the names of the topics and
 * rules, that invoke a function.
 */
export function triggersOf(
  definition: FunctionDefinition,
  definitions: Definitions,
): readonly string[] {
  const triggers = [
    ...restTriggers(definitions),
    ...httpTriggers(definitions),
    ...webSocketTriggers(definitions),
    ...sourceTriggers(definitions),
    ...bucketTriggers(definitions),
    ...topicTriggers(definitions),
    ...ruleTriggers(definitions),
    ...stateMachineTriggers(definitions),
  ];
  const own = triggers.filter(({ functionName }) => isNameOf(definition, functionName));
  return [...new Set(own.map(({ key }) => key))];
}

interface Trigger {
  readonly key: string;
  /** The name or ARN of a function, or anything else. */
  readonly functionName: string;
}

function restTriggers({ apis }: Definitions): readonly Trigger[] {
  return apis.flatMap(({ key, methods }) =>
    methods.flatMap(({ integration, authorization }) => [
      ...(integration.type === 'lambda' ? [{ key, functionName: integration.functionName }] : []),
      ...(authorization.type === 'function'
        ? [{ key, functionName: authorization.authorizer.functionName }]
        : []),
    ]),
  );
}

function httpTriggers({ httpApis }: Definitions): readonly Trigger[] {
  return httpApis.flatMap(({ key, routes }) =>
    routes.flatMap(({ integration, authorization }) => [
      ...(integration.type === 'lambda' ? [{ key, functionName: integration.functionName }] : []),
      ...(authorization.type === 'function'
        ? [{ key, functionName: authorization.functionName }]
        : []),
    ]),
  );
}

function webSocketTriggers({ webSocketApis }: Definitions): readonly Trigger[] {
  return webSocketApis.flatMap(({ key, routes }) => {
    const all = [...routes.values()];
    const integrated = all.flatMap(({ integration }) =>
      integration.type === 'lambda' ? [integration.functionName] : [],
    );
    const authorizers = all.flatMap(({ authorization }) =>
      authorization.type === 'function' ? [authorization.authorizer.functionName] : [],
    );
    return [...integrated, ...authorizers].map((functionName) => ({ key, functionName }));
  });
}

function sourceTriggers({ eventSources, queues, tables }: Definitions): readonly Trigger[] {
  return eventSources.map(({ key, sourceArn, functionName }) => {
    const source =
      queues.find(({ name }) => sourceArn.endsWith(`:${name}`)) ??
      tables.find(({ name }) => sourceArn.includes(`:table/${name}/stream/`));
    return { key: source?.key ?? key, functionName };
  });
}

function bucketTriggers({ buckets }: Definitions): readonly Trigger[] {
  return buckets.flatMap(({ key, notifications }) =>
    notifications.map(({ target }) => ({ key, functionName: target })),
  );
}

function topicTriggers({ topics }: Definitions): readonly Trigger[] {
  return topics.subscriptions.map(({ topicArn, endpoint }) => ({
    key: topicArn.split(':').at(-1) ?? topicArn,
    functionName: endpoint,
  }));
}

function ruleTriggers({ rules }: Definitions): readonly Trigger[] {
  return rules.flatMap(({ name, targets }) =>
    targets.map(({ Arn }) => ({ key: name, functionName: Arn })),
  );
}

/** A state machine invokes a function if a string of its definition is the function's name or ARN. */
function stateMachineTriggers({ stateMachines }: Definitions): readonly Trigger[] {
  return stateMachines.flatMap(({ key, definition }) =>
    [...definition.matchAll(/"([^"\\]+)"/gu)].map(([, functionName = '']) => ({
      key,
      functionName,
    })),
  );
}
