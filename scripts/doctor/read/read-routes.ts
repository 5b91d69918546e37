import { paginateGetResources, type Method, type Resource } from '@aws-sdk/client-api-gateway';
import type { RouteFacts } from '#scripts/doctor/facts.ts';
import type { Attempts } from '#scripts/doctor/finding.ts';
import type { Clients } from '#scripts/doctor/read/clients.ts';
import type { StackResources } from '#scripts/doctor/read/read-stack.ts';

/** Reads the methods of a stack's REST APIs that invoke functions. */
export async function readRoutes(
  { apiGateway: client }: Clients,
  stack: StackResources,
  attempts: Attempts,
): Promise<readonly RouteFacts[]> {
  const routes: RouteFacts[] = [];
  for (const { logicalId, physicalId: restApiId } of stack.ofType('AWS::ApiGateway::RestApi')) {
    const call = { check: 'routes', action: 'apigateway:GET', resource: logicalId };
    await attempts.read(call, async () => {
      const input = { restApiId, embed: ['methods'], limit: 500 };
      for await (const page of paginateGetResources({ client }, input)) {
        routes.push(...(page.items ?? []).flatMap(routesOf));
      }
    });
  }
  return routes;
}

function routesOf({ path, resourceMethods = {} }: Resource): readonly RouteFacts[] {
  return Object.entries(resourceMethods).flatMap(([method, details]) => {
    const found = toRoute(`${method} ${path}`, details);
    return found === undefined ? [] : [found];
  });
}

function toRoute(route: string, { methodIntegration }: Method): RouteFacts | undefined {
  const { uri = '', timeoutInMillis = 29_000, responseTransferMode } = methodIntegration ?? {};
  const [, functionName] = /:function:([\w-]+)/u.exec(uri) ?? [];
  if (functionName === undefined) return undefined;
  const streams = responseTransferMode === 'STREAM';
  return { route, functionName, streams, timeoutMs: timeoutInMillis };
}
