import { expect, test } from 'vitest';
import { readIntegration } from '#local/rest-api/definition/read-integration.ts';
import { formatServiceUri, parseServiceUri } from '#local/rest-api/definition/service-uri.ts';
import { readProperties } from '#local/template/properties.ts';

const declared = {
  parameters: ['method.request.path.id', 'method.request.querystring.q'],
  responses: new Map([['200', ['method.response.header.X-Own']]]),
};

const uri = (rest: string): string => `arn:aws:apigateway:us-east-1:${rest}`;

const valid = {
  Type: 'AWS',
  IntegrationHttpMethod: 'POST',
  Credentials: 'arn:aws:iam::000000000000:role/own',
  Uri: uri('states:action/StartExecution'),
};

const read = (more: object): unknown =>
  readIntegration(readProperties('Post.Integration', { ...valid, ...more }), declared);

test.each([
  [
    uri('states:action/StartExecution'),
    'states',
    { type: 'action', action: 'StartExecution', query: '' },
  ],
  [
    uri('dynamodb:action/BatchGetItem'),
    'dynamodb',
    { type: 'action', action: 'BatchGetItem', query: '' },
  ],
  [
    uri('sqs:action/SendMessage&DelaySeconds=5'),
    'sqs',
    { type: 'action', action: 'SendMessage', query: 'DelaySeconds=5' },
  ],
  [
    'arn:aws-cn:apigateway:cn-north-1:s3:path/{bucket}/{key}',
    's3',
    { type: 'path', path: '/{bucket}/{key}' },
  ],
  [uri('bucket.s3:path/{key}'), 's3', { type: 'path', path: '/{key}' }],
  [
    uri('runtime.sagemaker:path/endpoints/x/invocations'),
    'runtime.sagemaker',
    { type: 'path', path: '/endpoints/x/invocations' },
  ],
  [
    uri('bedrock-runtime:path/model/{id}/converse'),
    'bedrock-runtime',
    { type: 'path', path: '/model/{id}/converse' },
  ],
  [uri('events:action/PutEvents'), 'events', { type: 'action', action: 'PutEvents', query: '' }],
])('%s is the service %s', (Uri, service, call) => {
  expect(read({ Uri })).toMatchObject({ type: 'service', target: { service, call } });
});

test('the URI of a target is the one that it was read from', () => {
  for (const rest of ['sqs:action/SendMessage&DelaySeconds=5', 's3:path/{bucket}/{key}'])
    expect(formatServiceUri('us-east-1', parseServiceUri('Uri', uri(rest)))).toBe(uri(rest));
});

const mapping = (problem: string): string =>
  `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${problem}]`;

test.each<[string, object, string]>([
  ['a URI that is no ARN', { Uri: 'states' }, 'Uri: Invalid ARN specified in the request: states'],
  [
    'the ARN of a function',
    { Uri: 'arn:aws:lambda:us-east-1:000000000000:function:x' },
    'Uri: AWS ARN for integration must contain path or action',
  ],
  [
    'neither path nor action',
    { Uri: uri('states:StartExecution') },
    'Uri: AWS ARN for integration must contain path or action',
  ],
  [
    'an unknown service',
    { Uri: uri('statess:action/StartExecution') },
    'Uri: AWS ARN for integration contains an invalid service',
  ],
  [
    'an unknown action',
    { Uri: uri('states:action/StartExecutions') },
    'Uri: AWS ARN for integration contains invalid action',
  ],
  [
    'a path that invokes no function',
    { Uri: uri('lambda:path/functions/x') },
    'Uri: AWS ARN for integration contains invalid path',
  ],
  [
    'no role',
    { Credentials: undefined },
    'Credentials: Role ARN must be specified for AWS integrations',
  ],
  [
    'a role that is no ARN',
    { Credentials: 'own' },
    'Credentials: Invalid ARN specified in the request: own',
  ],
  [
    'no method',
    { IntegrationHttpMethod: undefined },
    'IntegrationHttpMethod: Enumeration value for HttpMethod must be non-empty',
  ],
  [
    'an address without a scheme',
    { Type: 'HTTP', Uri: 'example.com' },
    'Uri: Invalid HTTP endpoint specified for URI: example.com',
  ],
  ['an unknown type', { Type: 'LAMBDA' }, 'Type: must be AWS, AWS_PROXY, HTTP, HTTP_PROXY or MOCK'],
  [
    'an unknown passthrough behavior',
    { PassthroughBehavior: 'ALWAYS' },
    'PassthroughBehavior: must be WHEN_NO_MATCH or WHEN_NO_TEMPLATES or NEVER',
  ],
  [
    'a parameter that the method does not declare',
    { RequestParameters: { 'integration.request.path.key': 'method.request.path.key' } },
    `RequestParameters: ${mapping('Invalid mapping expression parameter specified: method.request.path.key')}`,
  ],
  [
    'a value without quotes',
    { RequestParameters: { 'integration.request.header.X': 'text' } },
    `RequestParameters: ${mapping('Invalid mapping expression specified: text')}`,
  ],
  [
    'a target that does not exist',
    { RequestParameters: { 'integration.request.cookie.x': "'y'" } },
    `RequestParameters: ${mapping('Invalid mapping expression parameter specified: integration.request.cookie.x')}`,
  ],
  [
    'a header that the response does not declare',
    {
      IntegrationResponses: [
        { StatusCode: '200', ResponseParameters: { 'method.response.header.Y': "'y'" } },
      ],
    },
    `IntegrationResponses[0].ResponseParameters: ${mapping('Invalid mapping expression parameter specified: method.response.header.Y')}`,
  ],
  [
    'headers of a response that the method does not have',
    {
      Type: 'MOCK',
      IntegrationResponses: [
        { StatusCode: '204', ResponseParameters: { 'method.response.header.Y': "'y'" } },
      ],
    },
    `IntegrationResponses[0].ResponseParameters: ${mapping('No method response exists for method.')}`,
  ],
  [
    'a pattern that is no regular expression',
    { IntegrationResponses: [{ StatusCode: '200', SelectionPattern: '4\\d{2}(' }] },
    'IntegrationResponses[0].SelectionPattern: must be a regular expression',
  ],
])('an integration with %s is refused', (_, more, message) => {
  expect(() => read(more)).toThrow(`Post.Integration.${message}`);
});

test('a multivalue parameter, the body, the context and stage variables can be mapped', () => {
  const requestParameters = {
    'integration.request.querystring.q': 'method.request.multivaluequerystring.q',
    'integration.request.header.X-Name': 'method.request.body.name',
    'integration.request.header.X-Caller': 'context.identity.caller',
    'integration.request.path.stage': 'stageVariables.name',
  };
  expect(read({ RequestParameters: requestParameters })).toMatchObject({
    mapping: { requestParameters },
  });
});

test('a function needs no role, because a permission may allow API Gateway to call it', () => {
  const Uri = uri(
    'lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:0:function:x/invocations',
  );
  expect(read({ Uri, Credentials: undefined })).toMatchObject({ type: 'service' });
});
