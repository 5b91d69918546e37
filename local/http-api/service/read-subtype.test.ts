import { expect, test } from 'vitest';
import { checkProxy, readSubtype } from '#local/http-api/service/read-subtype.ts';
import { readProperties } from '#local/template/properties.ts';

const valid = {
  IntegrationType: 'AWS_PROXY',
  IntegrationSubtype: 'SQS-SendMessage',
  PayloadFormatVersion: '1.0',
  CredentialsArn: 'arn:aws:iam::000000000000:role/own',
  RequestParameters: { QueueUrl: 'q', MessageBody: '$request.body' },
};

const read = (more: object): unknown =>
  readSubtype(readProperties('Send', { ...valid, ...more }), 30_000);

test.each<[string, object, string]>([
  [
    'an unknown subtype',
    { IntegrationSubtype: 'SQS-Send' },
    'IntegrationSubtype: must be one of AppConfig-GetConfiguration, EventBridge-PutEvents, ',
  ],
  ['no role', { CredentialsArn: undefined }, 'CredentialsArn: must be the ARN of a role'],
  ['another version', { PayloadFormatVersion: '2.0' }, 'PayloadFormatVersion: must be 1.0'],
  [
    'a missing parameter',
    { RequestParameters: { QueueUrl: 'q' } },
    'RequestParameters: SQS-SendMessage requires the parameter MessageBody',
  ],
  [
    'a parameter that the action does not have',
    { RequestParameters: { ...valid.RequestParameters, Body: 'x' } },
    'RequestParameters: SQS-SendMessage has no parameter Body',
  ],
  [
    'a change of responses that does not exist',
    {
      ResponseParameters: {
        200: { ResponseParameters: [{ Destination: 'overwrite:body', Source: 'x' }] },
      },
    },
    'ResponseParameters.200: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid Response Actioned Parameter: overwrite:body]',
  ],
])('an integration with %s is refused', (_, more, message) => {
  expect(() => read(more)).toThrow(`Send.${message}`);
});

test('changes of responses are listed in resources, and are a map in documents', () => {
  const changes = new Map([['200', [['overwrite:statuscode', '201']]]]);
  const listed = { ResponseParameters: [{ Destination: 'overwrite:statuscode', Source: '201' }] };
  for (const response of [listed, { 'overwrite:statuscode': '201' }])
    expect(read({ ResponseParameters: { 200: response } })).toMatchObject({ responses: changes });
});

test('an integration of an HTTP API is a proxy', () => {
  expect(() => checkProxy('Send', 'IntegrationType', 'AWS')).toThrow(
    'Send.IntegrationType: Currently, an API with a protocol type of HTTP may only be associated with proxy integrations (AWS_PROXY, HTTP_PROXY)',
  );
});
