import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { synthesize } from '#test/fixtures/synthesized.ts';

const template = synthesize();

test('pages of allowed origins may call every route of the REST API, without credentials', () => {
  const methods = Object.values(template.findResources('AWS::ApiGateway::Method'));
  const resources = (wanted: (method: string) => boolean): Set<string> =>
    new Set(
      methods
        .filter(({ Properties }) => wanted(Properties.HttpMethod))
        .map(({ Properties }) => JSON.stringify(Properties.ResourceId)),
    );
  const preflights = resources((method) => method === 'OPTIONS');
  for (const resource of resources((method) => method !== 'OPTIONS')) {
    expect(preflights).toContain(resource);
  }
  template.hasResourceProperties('AWS::ApiGateway::Method', {
    HttpMethod: 'OPTIONS',
    AuthorizationType: 'NONE',
    ApiKeyRequired: false,
  });
  template.allResourcesProperties('AWS::ApiGateway::GatewayResponse', {
    ResponseParameters: Match.objectLike({
      'gatewayresponse.header.Access-Control-Allow-Origin': {
        'Fn::Join': ['', ["'", { Ref: 'PageOrigin' }, "'"]],
      },
    }),
  });
});
