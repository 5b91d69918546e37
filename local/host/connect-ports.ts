import type { Clock } from '#local/process/clock.ts';
import type { Definitions } from '#local/host/definitions.ts';
import { signInDoor, type Door, type Doors } from '#local/host/ports.ts';
import { urlHandler } from '#local/function-url/server.ts';
import { httpApiHandler } from '#local/http-api/server.ts';
import type { Shaping } from '#local/lambda/invoke/response-shaping.ts';
import type { ApiKey } from '#local/rest-api/admission.ts';
import type { ApiDefinition } from '#local/rest-api/definition/api-definition.ts';
import { createAuthorizers } from '#local/rest-api/authorizer.ts';
import { unquoted } from '#local/rest-api/integration/mapping-template.ts';
import { restHandler } from '#local/rest-api/server.ts';
import { createUsagePlans } from '#local/rest-api/usage-plans.ts';
import type { Services } from '#local/host/services.ts';
import { importPoolKeys, type UserPool } from '#local/sign-in/user-pools.ts';
import type { SessionStorage } from '#local/sign-in/provider.ts';
import { signInHandler } from '#local/sign-in/server.ts';
import { createTokenVerifier } from '#local/sign-in/token-verifier.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

export interface Behind {
  readonly definitions: Definitions;
  readonly services: Services;
  readonly credentials: Credentials;
  readonly apiKeys: readonly ApiKey[];
  readonly region: string;
  readonly shaping: Shaping;
  readonly clock: Clock;
  readonly pools: readonly UserPool[];
  warn(message: string): void;
  /** What sign-in keeps; present where there is a user pool. */
  readonly signInKeeping: SessionStorage | undefined;
}

/** Has every door answered by what is behind it. Throws where a URL's function is not there. */
export async function connectDoors(doors: Doors, behind: Behind): Promise<void> {
  const { definitions, services, credentials, apiKeys, region, shaping, clock, pools } = behind;
  const { functions } = services;
  for (const definition of definitions.urls) {
    const host = functions.find(definition.target);
    if (host === undefined) {
      behind.warn(`${definition.key}: its function is not hosted here`);
      continue;
    }
    const handler = urlHandler({ definition, host, credentials, shaping });
    doorOf(doors, definition.key).connect(handler, allowedBy(definition.cors?.allowOrigins));
  }
  const usagePlans = createUsagePlans(definitions.usagePlans, clock.now);
  const authorizers = createAuthorizers(functions, clock.now);
  const userPools = createTokenVerifier(await importPoolKeys(pools));
  for (const definition of definitions.apis) {
    warnOfUnhosted(definition, behind.warn);
    const admission = { region, credentials, apiKeys, usagePlans, authorizers, userPools };
    const handler = restHandler({ ...admission, definition, functions, shaping });
    doorOf(doors, definition.key).connect(handler, allowedBy(mockedOrigins(definition)));
  }
  for (const definition of definitions.httpApis) {
    const answers = new Map<string, never>();
    const handler = httpApiHandler({
      definition,
      region,
      credentials,
      functions,
      answers,
      now: clock.now,
    });
    doorOf(doors, definition.key).connect(handler, allowedBy(definition.cors?.allowOrigins));
  }
  const { signInKeeping } = behind;
  if (signInKeeping !== undefined) {
    doorOf(doors, signInDoor).connect(signInHandler(pools, signInKeeping));
  }
}

/** Integrations that answer only that they are not here are told of at the start. */
function warnOfUnhosted({ key, methods }: ApiDefinition, warn: Behind['warn']): void {
  for (const { httpMethod, resourcePath, integration } of methods) {
    if (integration.type !== 'unhosted') continue;
    warn(`${key} ${httpMethod} ${resourcePath}: ${integration.what} is not hosted here`);
  }
}

function doorOf(doors: Doors, key: string): Door {
  const door = doors.get(key);
  if (door === undefined) throw new Error(`${key} has no door`);
  return door;
}

function allowedBy(origins: readonly string[] = []): (origin: string) => boolean {
  return (origin) => origins.includes('*') || origins.includes(origin);
}

/** The origins that the mocks of a REST API tell preflight requests. */
function mockedOrigins({ methods }: ApiDefinition): readonly string[] {
  return methods.flatMap(({ integration }) => {
    if (integration.type !== 'mock') return [];
    const values = integration.responses.map(
      ({ parameters }) => parameters['method.response.header.Access-Control-Allow-Origin'] ?? '',
    );
    return values.map(unquoted);
  });
}
