import type { AwsRequest, AwsResponse } from '#local/wire/aws-exchange.ts';
import { readGuardrail } from '#local/bedrock/guardrails/guardrail.ts';
import { readScenario } from '#local/bedrock/scenarios/scenario.ts';
import type { Services } from '#local/bedrock/server/call-context.ts';

/**
 * The control door, `/_streambed/*`: scenarios, guardrails and the journal of a running local
 * Bedrock, for programs on this machine.
 */
export function answerControl(
  services: Services,
  request: AwsRequest,
  response: AwsResponse,
): void {
  const [path = ''] = request.url.slice('/_streambed/'.length).split('?');
  const route = routes[`${request.method} ${path}`];
  if (route === undefined) {
    return say(response, 404, {
      error: `There is no ${request.method} ${path}.`,
      routes: Object.keys(routes),
    });
  }
  try {
    say(response, 200, route(services, request));
  } catch (error) {
    say(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

type Route = (services: Services, request: AwsRequest) => object;

const routes: Readonly<Record<string, Route>> = {
  'GET health': () => ({ ready: true }),
  'GET journal': ({ journal }) => ({ requests: journal.entries() }),
  'DELETE journal': ({ journal }) => {
    journal.clear();
    return { requests: [] };
  },
  'GET scenarios': ({ scenarios }) => ({ scenarios: scenarios.all() }),
  'POST scenarios': ({ scenarios }, request) => {
    const given = parse(request);
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    // All are read before any is taken, so that a mistake changes nothing.
    for (const [index, item] of list.entries()) readScenario(item, `scenarios.${index}`);
    for (const item of list.toReversed()) scenarios.add(item);
    return { scenarios: scenarios.all() };
  },
  'DELETE scenarios': ({ scenarios }) => {
    scenarios.clear();
    return { scenarios: [] };
  },
  'GET guardrails': ({ guardrails }) => ({ guardrails }),
  'PUT guardrails': ({ guardrails }, request) => {
    const given = parse(request);
    if (!Array.isArray(given)) throw new Error('guardrails: must be a list');
    const read = given.map((item, index) => readGuardrail(item, `guardrails.${index}`));
    guardrails.splice(0, guardrails.length, ...read);
    return { guardrails };
  },
  'POST reset': (services) => {
    services.journal.clear();
    services.scenarios.reset();
    services.quotas.clear();
    services.cache.clear();
    services.sessions.clear();
    return { reset: true };
  },
};

function parse({ body }: AwsRequest): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Error('The body must be JSON.');
  }
}

function say(response: AwsResponse, status: number, body: object): void {
  response.start(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
