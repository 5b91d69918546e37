import { routes } from '#protocol/http/routes.ts';
import type { FunctionFacts, RouteFacts, StackFacts } from '#scripts/doctor/facts.ts';
import type { Finding } from '#scripts/doctor/finding.ts';

/** Judges the functions of a stack, and the routes of the REST API that lead to them. */
export function checkFunctions(stack: StackFacts): readonly Finding[] {
  const { functions } = stack;
  return [
    ...functions.flatMap((each) => [
      ...checkAnswerTime(each, stack),
      ...checkRuntime(each),
      ...checkVariables(each),
      ...checkRetention(each),
    ]),
    ...stack.routes.flatMap((route) => [
      ...checkRouteTime(route, functions),
      ...checkRouteMode(route),
    ]),
  ];
}

/** What a model writes at least in a second. Slower ones are rare. */
const tokensPerSecond = 30;

/**
 * A turn must end before its function does. Buffered routes are left out: they are bound to the 29
 * seconds of API Gateway.
 */
function checkAnswerTime(own: FunctionFacts, stack: StackFacts): readonly Finding[] {
  const { logicalId, name, timeoutSeconds, environment } = own;
  const maxTokens = Number(environment['MAX_OUTPUT_TOKENS'] ?? 0);
  const needed = Math.ceil(maxTokens / tokensPerSecond);
  if (needed <= timeoutSeconds || !hasTime(own, stack)) return [];
  const reachable = tokensPerSecond * timeoutSeconds;
  return [
    {
      check: 'function-timeout',
      severity: 'error',
      resource: logicalId,
      message: `it ends after ${timeoutSeconds} s, and an answer of ${maxTokens} tokens takes up to ${needed} s`,
      fix: `aws lambda update-function-configuration --function-name ${name} --timeout ${Math.min(needed, 900)}, or deploy with -c maxOutputTokens=${reachable}`,
    },
  ];
}

/** Whether a function streams, or works for a queue. */
function hasTime({ name, url }: FunctionFacts, { routes: found, sources }: StackFacts): boolean {
  return (
    url?.invokeMode === 'RESPONSE_STREAM' ||
    found.some(({ functionName, streams }) => streams && functionName === name) ||
    sources.some(({ functionName }) => functionName === name)
  );
}

const deprecated = /^nodejs(?:1[0-9]|20)\.x$|^nodejs$/u;

function checkRuntime({ logicalId, runtime }: FunctionFacts): readonly Finding[] {
  if (!deprecated.test(runtime)) return [];
  return [
    {
      check: 'runtime',
      severity: 'warning',
      resource: logicalId,
      message: `AWS no longer supports its runtime ${runtime}`,
      fix: 'Deploy again: the stack uses nodejs24.x.',
    },
  ];
}

/** Names of variables without which a function cannot work. */
const required =
  /^(?:MODELS|DOCUMENT_MODEL|SIGNED_IN_KEY|USER_POOL_ISSUER)$|_(?:TABLE|BUCKET|QUEUE|PIPELINE)$/u;

function checkVariables({ logicalId, environment }: FunctionFacts): readonly Finding[] {
  return Object.entries(environment)
    .filter(([name, value]) => required.test(name) && value.trim() === '')
    .map(([name]) => ({
      check: 'empty-variable',
      severity: 'error',
      resource: logicalId,
      message: `its variable ${name} is empty`,
      fix: 'Deploy again: the stack sets it.',
    }));
}

function checkRetention({ logicalId, logGroup }: FunctionFacts): readonly Finding[] {
  if (logGroup === undefined || logGroup.retentionDays !== undefined) return [];
  return [
    {
      check: 'log-retention',
      severity: 'warning',
      resource: logicalId,
      message: `its log group keeps lines forever, and they are paid for: ${logGroup.name}`,
      fix: `aws logs put-retention-policy --log-group-name ${logGroup.name} --retention-in-days 30`,
    },
  ];
}

function checkRouteTime(
  { route, functionName, timeoutMs }: RouteFacts,
  functions: readonly FunctionFacts[],
): readonly Finding[] {
  const own = functions.find(({ name }) => name === functionName);
  if (own === undefined || timeoutMs >= own.timeoutSeconds * 1_000) return [];
  return [
    {
      check: 'route-timeout',
      severity: 'error',
      resource: route,
      message: `the API answers 504 after ${timeoutMs / 1_000} s, and ${own.logicalId} runs on until ${own.timeoutSeconds} s`,
      fix: 'Give the integration the timeout of the function, or deploy again.',
    },
  ];
}

/** The route table knows which routes stream. */
const streamedRoutes = new Set(
  Object.entries(routes).flatMap(([route, { transfer }]) =>
    transfer === 'streamed' ? [route] : [],
  ),
);

function checkRouteMode({ route, streams }: RouteFacts): readonly Finding[] {
  if (streams || !streamedRoutes.has(route)) return [];
  return [
    {
      check: 'route-mode',
      severity: 'error',
      resource: route,
      message: 'the API holds answers back until they are complete (BUFFERED)',
      fix: 'Set the ResponseTransferMode of the integration to STREAM, or deploy again.',
    },
  ];
}
