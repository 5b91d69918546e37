import { signInDoor } from '#local/host/ports.ts';
import { asText } from '#local/wire/shape.ts';
import type { OpenStack } from '#local/template/stacks.ts';

export interface LocalizerSettings {
  readonly region: string;
  readonly stacks: readonly OpenStack[];
  door(key: string): string | undefined;
}

/**
 * Gives texts in which the addresses that a template puts together by AWS's rules are those that
 * are here: an API's `https://{id}.execute-api…`, a user pool's `https://cognito-idp…`.
 */
export function localizer({ region, stacks, door }: LocalizerSettings): (text: string) => string {
  const apiOrigin = new RegExp(
    `https://([a-z\\d]{10})\\.execute-api\\.${region}\\.amazonaws\\.com`,
    'gu',
  );
  const pools = `https://cognito-idp.${region}.amazonaws.com`;
  // The domain of a pool is a name that its template chooses; here all of them are the first pool's.
  const hostedPages = new RegExp(
    `https://[a-z\\d-]+\\.auth\\.${region}\\.amazoncognito\\.com`,
    'gu',
  );
  const firstPool = (): unknown => {
    for (const { template, scope } of stacks) {
      const pool = [...template.resources].find(
        ([, { type }]) => type === 'AWS::Cognito::UserPool',
      );
      if (pool !== undefined) return scope.ref(pool[0]);
    }
    return undefined;
  };
  const originOf = (apiId: string): string | undefined => {
    for (const { template, scope, keyOf } of stacks) {
      const found = [...template.resources].find(
        ([logicalId, { type }]) => isApi(type) && scope.ref(logicalId) === apiId,
      );
      if (found !== undefined) return door(keyOf(found[0]));
    }
    return undefined;
  };
  return (text) => {
    if (!text.includes('https://')) return text;
    const signIn = door(signInDoor);
    return text
      .replaceAll(apiOrigin, (address, apiId: string) => originOf(apiId) ?? address)
      .replaceAll(pools, signIn ?? pools)
      .replaceAll(hostedPages, (address) =>
        signIn === undefined ? address : `${signIn}/${asText(firstPool()) ?? ''}`,
      );
  };
}

function isApi(type: string): boolean {
  return type === 'AWS::ApiGateway::RestApi' || type === 'AWS::ApiGatewayV2::Api';
}
