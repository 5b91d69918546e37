import type { Engine } from '#local/wire/aws-exchange.ts';
import { createForwardEngine, readEnvironmentCredentials } from '#local/gateway/forward-engine.ts';
import { isLoopbackOrigin } from '#local/process/loopback.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

/** URLs of services that are not hosted here, by service id. */
export type Endpoints = Readonly<Record<string, string>>;

/** The names that services are signed for, if they differ from the service id. */
const signingNames: Readonly<Record<string, string>> = {
  'api-gateway': 'apigateway',
  'bedrock-runtime': 'bedrock',
  cloudwatch: 'monitoring',
  'cloudwatch-logs': 'logs',
  'cognito-identity-provider': 'cognito-idp',
  'cost-explorer': 'ce',
  'database-migration-service': 'dms',
  efs: 'elasticfilesystem',
  emr: 'elasticmapreduce',
  eventbridge: 'events',
  'iot-data-plane': 'iotdata',
  location: 'geo',
  opensearch: 'es',
  pinpoint: 'mobiletargeting',
  'resource-groups-tagging-api': 'tagging',
  'secrets-manager': 'secretsmanager',
  sfn: 'states',
};

/** Returns the name that requests to a service are signed for. */
export function signingName(service: string): string {
  return signingNames[service] ?? service;
}

/** Returns the id of the service that is signed for under a name. */
export function serviceId(signedName: string): string {
  const found = Object.entries(signingNames).find(([, name]) => name === signedName);
  return found?.[0] ?? signedName;
}

/**
 * Returns the endpoints on this machine. Functions call these directly, because emulators accept
 * any signature.
 */
export function localEndpoints(endpoints: Endpoints): Endpoints {
  return Object.fromEntries(Object.entries(endpoints).filter(([, url]) => isLoopbackOrigin(url)));
}

/**
 * Returns engines that forward to the endpoints beyond this machine. Functions have no credentials
 * for those, so the gateway signs with the user's own. Throws if the user has none.
 */
export function createRemoteEngines(
  endpoints: Endpoints,
  localCredentials: Credentials,
  region: string,
): ReadonlyMap<string, Engine> {
  const remote = Object.entries(endpoints).filter(([, url]) => !isLoopbackOrigin(url));
  return new Map(
    remote.map(([id, endpoint]) => {
      const service = signingName(id);
      const credentials = {
        local: localCredentials,
        remote: readEnvironmentCredentials(`--endpoint ${id}`),
      };
      return [service, createForwardEngine({ endpoint, service, region, credentials })] as const;
    }),
  );
}
