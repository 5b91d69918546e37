import type { AwsRequest, AwsResponse } from '#local/wire/aws-exchange.ts';
import { readGuardrail } from '#local/bedrock/guardrails/guardrail.ts';
import { readScenario } from '#local/bedrock/scenarios/scenario.ts';
import type { BedrockContext } from '#local/bedrock/server/call-context.ts';
import { parseExactJson } from '#local/wire/json/exact-json.ts';

/**
 * Answers the control API at `/_streambed/*`. With it, programs on this machine read and change the
 * scenarios, guardrails and journal of a running local Bedrock.
 */
export function answerControl(
  context: BedrockContext,
  request: AwsRequest,
  response: AwsResponse,
): void {
  const [path = '', search = ''] = request.url.slice('/_streambed/'.length).split('?');
  const route = routes[`${request.method} ${path}`];
  if (route === undefined) {
    return send(response, 404, {
      error: `There is no route ${request.method} ${path}.`,
      routes: Object.keys(routes),
    });
  }
  try {
    send(response, 200, route(context, request, new URLSearchParams(search)));
  } catch (error) {
    send(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

type Route = (context: BedrockContext, request: AwsRequest, query: URLSearchParams) => object;

const routes: Readonly<Record<string, Route>> = {
  'GET health': () => ({ ready: true }),
  'GET journal': ({ journal }, _request, query) => {
    const name = query.get('scenario');
    const entries = journal.entries();
    return {
      requests: name === null ? entries : entries.filter(({ scenario }) => scenario === name),
    };
  },
  'DELETE journal': ({ journal }) => {
    journal.clear();
    return { requests: [] };
  },
  'GET scenarios': ({ scenarios }) => ({ scenarios: scenarios.all() }),
  'POST scenarios': ({ scenarios }, request) => {
    const body = parse(request);
    const list: readonly unknown[] = Array.isArray(body) ? body : [body];
    // All are validated before the first is added, so that an error changes nothing.
    for (const [index, item] of list.entries()) readScenario(item, `scenarios.${index}`);
    for (const item of list.toReversed()) scenarios.add(item);
    return { scenarios: scenarios.all() };
  },
  'DELETE scenarios': ({ scenarios }, _request, query) => {
    const name = query.get('name');
    if (name === null) scenarios.clear();
    else scenarios.remove(name);
    return { scenarios: scenarios.all() };
  },
  'GET guardrails': ({ guardrails }) => ({ guardrails }),
  'PUT guardrails': ({ guardrails }, request) => {
    const body = parse(request);
    if (!Array.isArray(body)) throw new Error('guardrails: must be a list');
    const read = body.map((item, index) => readGuardrail(item, `guardrails.${index}`));
    guardrails.splice(0, guardrails.length, ...read);
    return { guardrails };
  },
  'POST reset': (context) => {
    context.journal.clear();
    context.scenarios.reset();
    context.quotas.clear();
    context.cache.clear();
    context.sessions.clear();
    context.responses.clear();
    return { reset: true };
  },
};

function parse({ body }: AwsRequest): unknown {
  try {
    return parseExactJson(body.toString('utf8'));
  } catch {
    throw new Error('The body must be JSON.');
  }
}

function send(response: AwsResponse, status: number, body: object): void {
  response.start(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
