import type { Engine } from '#local/wire/aws-exchange.ts';
import { createForwardEngine, readEnvironmentCredentials } from '#local/gateway/forward-engine.ts';
import { isLoopbackOrigin } from '#local/process/loopback.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

/** Where services are that are not here, by service id. */
export type Endpoints = Readonly<Record<string, string>>;

/** Under which name a service is signed for, where it is not its id. */
const signingNames: Readonly<Record<string, string>> = {
  'bedrock-runtime': 'bedrock',
  sfn: 'states',
};

export function signingName(service: string): string {
  return signingNames[service] ?? service;
}

/** Those on this machine: functions call them themselves, and emulators take any signature. */
export function nearby(endpoints: Endpoints): Endpoints {
  return Object.fromEntries(Object.entries(endpoints).filter(([, url]) => isLoopbackOrigin(url)));
}

/**
 * Engines for those beyond this machine: functions have no credentials for them, so the gateway
 * signs with the caller's own. Throws where there are none.
 */
export function farEngines(
  endpoints: Endpoints,
  { here, region }: { readonly here: Credentials; readonly region: string },
): ReadonlyMap<string, Engine> {
  const far = Object.entries(endpoints).filter(([, url]) => !isLoopbackOrigin(url));
  return new Map(
    far.map(([id, endpoint]) => {
      const service = signingName(id);
      const there = readEnvironmentCredentials(`--endpoint ${id}`);
      const credentials = { local: here, remote: there };
      return [service, createForwardEngine({ endpoint, service, region, credentials })] as const;
    }),
  );
}
