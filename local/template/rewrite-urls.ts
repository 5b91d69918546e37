import { signInKey, type StackContext } from '#local/template/stack-context.ts';
import type { OpenStack } from '#local/template/stacks.ts';
import { asText } from '#local/wire/shape.ts';

/** Replaces AWS addresses in a text by local ones. */
export type RewriteUrls = (text: string) => string;

/**
 * Returns a function that replaces the AWS addresses which templates build themselves: an API's
 * `https://{id}.execute-api…`, a user pool's `https://cognito-idp…`. `stacks` may still grow.
 */
export function createUrlRewriter(
  stacks: readonly OpenStack[],
  { region, originOf }: StackContext,
): RewriteUrls {
  const apiUrl = new RegExp(
    `https://([a-z\\d]{10})\\.execute-api\\.${region}\\.amazonaws\\.com`,
    'gu',
  );
  const userPools = `https://cognito-idp.${region}.amazonaws.com`;
  // A template chooses the domain of its pool. Here every domain belongs to the first pool.
  const hostedPages = new RegExp(
    `https://[a-z\\d-]+\\.auth\\.${region}\\.amazoncognito\\.com`,
    'gu',
  );
  const originOfApi = (apiId: string): string | undefined => {
    const key = findApiKey(stacks, apiId);
    return key === undefined ? undefined : originOf(key);
  };
  return (text) => {
    if (!text.includes('https://')) return text;
    const signIn = originOf(signInKey);
    return text
      .replaceAll(apiUrl, (url, apiId: string) => originOfApi(apiId) ?? url)
      .replaceAll(userPools, signIn ?? userPools)
      .replaceAll(hostedPages, (url) =>
        signIn === undefined ? url : `${signIn}/${findFirstPoolId(stacks)}`,
      );
  };
}

function findApiKey(stacks: readonly OpenStack[], apiId: string): string | undefined {
  for (const { template, scope, keyOf } of stacks) {
    const api = [...template.resources].find(
      ([logicalId, { type }]) => isApi(type) && scope.ref(logicalId) === apiId,
    );
    if (api !== undefined) return keyOf(api[0]);
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

function isApi(type: string): boolean {
  return type === 'AWS::ApiGateway::RestApi' || type === 'AWS::ApiGatewayV2::Api';
}
