import type { Functions } from '#local/lambda/functions.ts';
import type { Clock } from '#local/process/clock.ts';
import { MappingError } from '#local/rest-api/integration/mapping-error.ts';
import type { HostedServices } from '#local/rest-api/integration/service-call.ts';
import type { CustomIntegration } from '#local/websocket-api/integration/custom-definition.ts';
import { answerCustom } from '#local/websocket-api/integration/integrate-custom.ts';
import type { WebSocketIntegration } from '#local/websocket-api/websocket-api-definition.ts';
import { isRecord } from '#local/wire/shape.ts';

/** What an integration returned, or the status that a client is refused with if it failed. */
export type IntegrationResult =
  | {
      readonly type: 'response';
      readonly status: number;
      /** By name in lower case. */
      readonly headers: ReadonlyMap<string, string>;
      readonly body: string | Buffer | undefined;
    }
  | { readonly type: 'failure'; readonly status: 500 | 502 | 504 };

export interface IntegrationSettings {
  readonly functions: Functions;
  readonly services: HostedServices;
  readonly clock: Clock;
  /** The variables of the stage. A function's name may contain them. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Calls the integration of a route with an event. */
export async function integrate(
  settings: IntegrationSettings,
  integration: WebSocketIntegration,
  event: Readonly<Record<string, unknown>>,
): Promise<IntegrationResult> {
  const { functions, clock, variables } = settings;
  if (integration.type === 'custom') return callCustom(settings, integration, event);
  if (integration.type === 'mock') {
    return { type: 'response', status: 200, headers: new Map(), body: undefined };
  }
  const name = integration.functionName.replaceAll(
    /\$\{stageVariables\.(\w+)\}/gu,
    (_, variable: string) => variables[variable] ?? '',
  );
  const answered = new AbortController();
  const timeout = clock
    .sleep(integration.timeoutMs, answered.signal)
    .then(() => ({ type: 'timeout' }) as const);
  const result = await Promise.race([functions.call(name, event), timeout]);
  answered.abort();
  if (result.type === 'timeout') return { type: 'failure', status: 504 };
  if (result.type === 'error') return { type: 'failure', status: 502 };
  if (result.type !== 'result') return { type: 'failure', status: 500 };
  return parseResponse(result.payload) ?? { type: 'failure', status: 502 };
}

async function callCustom(
  settings: IntegrationSettings,
  integration: CustomIntegration,
  event: Readonly<Record<string, unknown>>,
): Promise<IntegrationResult> {
  try {
    const answer = await answerCustom(settings, integration, event);
    return { type: 'response', headers: new Map(), ...answer };
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    console.error(`a WebSocket API  ! ${error.message}`);
    return { type: 'failure', status: error.kind === 'timeout' ? 504 : 500 };
  }
}

/** Reads what a function returned. Without a status it is malformed. */
function parseResponse(payload: Buffer): IntegrationResult | undefined {
  const response = parseJson(payload);
  if (!isRecord(response)) return undefined;
  const { statusCode, headers, body, isBase64Encoded } = response;
  const status = Number(statusCode ?? Number.NaN);
  const isBody = body === undefined || body === null || typeof body === 'string';
  if (!Number.isInteger(status) || status < 100 || status > 599 || !isBody) return undefined;
  const named = Object.entries(isRecord(headers) ? headers : {});
  return {
    type: 'response',
    status,
    headers: new Map(named.map(([name, value]) => [name.toLowerCase(), String(value)])),
    body: isBase64Encoded === true ? Buffer.from(body ?? '', 'base64') : (body ?? undefined),
  };
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}
