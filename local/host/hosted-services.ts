import type { Definitions } from '#local/host/definitions.ts';
import { signingName } from '#local/host/remote-services.ts';
import type { Resolved } from '#local/host/resolve.ts';
import type { Services } from '#local/host/services.ts';
import { unhosted, type HostedServices } from '#local/rest-api/integration/service-call.ts';

/** Returns the services that integrations of APIs call. */
export function hostedServices(
  { endpoints }: Resolved,
  { caller, engines }: Services,
): HostedServices {
  const hosts = (service: string): boolean =>
    engines.has(signingName(service)) || endpoints[service] !== undefined;
  return { caller, hosts };
}

/** Warns of the routes of APIs that can only answer that their service is not hosted here. */
export function warnOfUnhosted({ definitions, notices }: Resolved, services: HostedServices): void {
  for (const [route, service] of calledServices(definitions)) {
    if (!services.hosts(service)) notices.warn(`${route}: ${unhosted(service)}`);
  }
}

/** Returns the routes of APIs that call a service, and which. */
function calledServices({
  apis,
  httpApis,
  webSocketApis,
}: Definitions): readonly (readonly [route: string, service: string])[] {
  const rest = apis.flatMap(({ key, methods }) =>
    methods.flatMap(({ httpMethod, resourcePath, integration }) =>
      integration.type === 'service'
        ? [[`${key} ${httpMethod} ${resourcePath}`, integration.target.service] as const]
        : [],
    ),
  );
  const http = httpApis.flatMap(({ key, routes }) =>
    routes.flatMap(({ routeKey, integration }) =>
      integration.type === 'service'
        ? [[`${key} ${routeKey}`, integration.subtype.service] as const]
        : [],
    ),
  );
  const sockets = webSocketApis.flatMap(({ key, routes }) =>
    [...routes.values()].flatMap(({ routeKey, integration }) =>
      integration.type === 'custom' && integration.endpoint.type === 'service'
        ? [[`${key} ${routeKey}`, integration.endpoint.target.service] as const]
        : [],
    ),
  );
  return [...rest, ...http, ...sockets];
}
