import { isApi, isWebSocketApi } from '#local/template/api-types.ts';
import { signInKey, type StackContext } from '#local/template/stack-context.ts';
import type { OpenStack } from '#local/template/stacks.ts';
import { asText } from '#local/wire/shape.ts';

/** Replaces AWS addresses in a text by local ones. */
export type RewriteUrls = (text: string) => string;

/**
 * How the URL of a WebSocket API begins. Functions trust the certificate of its port, and some make
 * the URL of its management API from it. Other programs would refuse the certificate.
 */
export type SocketScheme = 'ws://' | 'wss://';

/**
 * Returns a function that replaces the AWS addresses which templates build themselves: an API's
 * `https://{id}.execute-api…`, a web function's `https://{id}.….on.aws`, a user pool's
 * `https://cognito-idp…`. `stacks` may still grow.
 */
export function createUrlRewriter(
  stacks: readonly OpenStack[],
  { region, originOf }: StackContext,
  socketScheme: SocketScheme,
): RewriteUrls {
  const apiUrl = new RegExp(
    `(https://|wss://|(?<![\\w.-]))([a-z\\d]{10})\\.execute-api\\.${region}\\.amazonaws\\.com`,
    'gu',
  );
  const userPools = `https://cognito-idp.${region}.amazonaws.com`;
  // A template chooses the domain of its pool. Here every domain belongs to the first pool.
  const hostedPages = new RegExp(
    `https://[a-z\\d-]+\\.auth\\.${region}\\.amazoncognito\\.com`,
    'gu',
  );
  const webEndpoint = new RegExp(
    `https://([a-z\\d]{16}\\.b7t\\.lambda-web\\.${region}\\.on\\.aws)`,
    'gu',
  );
  const webAddress = (written: string, domain: string): string =>
    originOf(findWebEndpoint(stacks, domain) ?? '') ?? written;
  const localAddress = (written: string, scheme: string, apiId: string): string => {
    const api = findApi(stacks, apiId);
    const origin = api === undefined ? undefined : originOf(api.key);
    if (origin === undefined || scheme === 'https://') return origin ?? written;
    // Its name alone is an address for functions, which put `https://` before it.
    const host = new URL(origin).host;
    return api?.isWebSocket === true ? `${scheme === '' ? '' : socketScheme}${host}` : written;
  };
  return (text) => {
    if (!/https:\/\/|\.execute-api\./u.test(text)) return text;
    const signIn = originOf(signInKey);
    return text
      .replaceAll(apiUrl, localAddress)
      .replaceAll(webEndpoint, webAddress)
      .replaceAll(userPools, signIn ?? userPools)
      .replaceAll(hostedPages, (url) =>
        signIn === undefined ? url : `${signIn}/${findFirstPoolId(stacks)}`,
      );
  };
}

function findApi(
  stacks: readonly OpenStack[],
  apiId: string,
): { readonly key: string; readonly isWebSocket: boolean } | undefined {
  for (const { template, scope, keyOf } of stacks) {
    const api = [...template.resources].find(
      ([logicalId, { type }]) => isApi(type) && scope.ref(logicalId) === apiId,
    );
    if (api === undefined) continue;
    const [logicalId, { type, properties }] = api;
    const isWebSocket = isWebSocketApi(type, properties['ProtocolType'], scope);
    return { key: keyOf(logicalId), isWebSocket };
  }
  return undefined;
}

/** Returns the key of the endpoint of a web function with this domain name. */
function findWebEndpoint(stacks: readonly OpenStack[], domain: string): string | undefined {
  for (const { template, scope, keyOf } of stacks) {
    const endpoint = [...template.resources].find(
      ([logicalId, { type }]) =>
        type === 'AWS::Lambda::WebFunctionEndpoint' &&
        scope.attribute(logicalId, 'DomainName') === domain,
    );
    if (endpoint !== undefined) return keyOf(endpoint[0]);
  }
  return undefined;
}

function findFirstPoolId(stacks: readonly OpenStack[]): string {
  for (const { template, scope } of stacks) {
    const pool = [...template.resources].find(([, { type }]) => type === 'AWS::Cognito::UserPool');
    if (pool !== undefined) return asText(scope.ref(pool[0])) ?? '';
  }
  return '';
}
