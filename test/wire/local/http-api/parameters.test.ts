import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { hostText } from '#test/fixtures/host-template.ts';

/** An API whose proxies, of a function and of a server, change parameters alike. */
const template = (port: number): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { ProtocolType: HTTP, Name: api } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, StageVariables: { group: blue } } }
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      InlineCode: |
        exports.handler = async (event) => ({
          statusCode: 201,
          headers: { 'x-kept': 'a', 'x-gone': 'b' },
          body: JSON.stringify({ path: event.rawPath, query: event.rawQueryString, headers: event.headers }),
        });
${['Function', 'Server']
  .map(
    (name) => `
  ${name}:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      ${name === 'Function' ? 'IntegrationType: AWS_PROXY\n      IntegrationUri: !GetAtt Echo.Arn' : `IntegrationType: HTTP_PROXY\n      IntegrationMethod: ANY\n      IntegrationUri: http://127.0.0.1:${port}/base`}
      PayloadFormatVersion: ${name === 'Function' ? "'2.0'" : "'1.0'"}
      RequestParameters:
        append:header.x-list: $request.path.id
        overwrite:header.x-group: 'group \${stageVariables.group}'
        remove:header.x-secret: "''"
        append:querystring.tag: $request.body.tag
        overwrite:querystring.page: '1'
        remove:querystring.debug: "''"
        overwrite:path: /items/\${request.path.id}
        overwrite:header.x-none: $request.header.none
      ResponseParameters:
        '201':
          ResponseParameters:
            - { Destination: 'append:header.x-kept', Source: $response.header.x-gone }
            - { Destination: 'remove:header.x-gone', Source: "''" }
            - { Destination: 'overwrite:statuscode', Source: '202' }
  ${name}Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: 'POST /${name.toLowerCase()}/{id}', Target: !Sub 'integrations/\${${name}}' }
`,
  )
  .join('')}
`;

test('proxies of HTTP APIs change headers, query strings, paths and responses', async () => {
  const server = createServer((request, response) => {
    const [path, query] = (request.url ?? '').split('?');
    response.writeHead(201, { 'x-kept': 'a', 'x-gone': 'b' });
    response.end(JSON.stringify({ path, query, headers: request.headers }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await using system = await hostText(template(port));
  for (const name of ['function', 'server']) {
    const url = `${system.state.apis['Api']?.url}/${name}/7?tag=a&page=5&debug=1`;
    const headers = { 'x-list': 'one', 'x-secret': 's', 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', body: '{"tag":"b"}', headers });
    expect(response.status).toBe(202);
    expect(response.headers.get('x-kept')).toBe('a,b');
    expect(response.headers.has('x-gone')).toBe(false);
    const received = (await response.json()) as Record<'headers', Record<string, string>>;
    expect(received).toMatchObject({ path: '/items/7', query: 'tag=a&page=1&tag=b' });
    expect(received.headers['x-list']?.replaceAll(' ', '')).toBe('one,7');
    expect(received.headers).toMatchObject({ 'x-group': 'group blue' });
    expect(Object.keys(received.headers)).not.toContain('x-secret');
    expect(Object.keys(received.headers)).not.toContain('x-none');
  }
});

test.each([
  ['append:body.x', 'Invalid Request Actioned Parameter: append:body.x'],
  ['append:path', 'Invalid Request Actioned Parameter: append:path'],
  ['overwrite:header.Authorization', 'Operations on header Authorization are restricted'],
])('a proxy of an HTTP API may not change %s', async (change, message) => {
  const text = template(1).replace('append:querystring.tag', change);
  await expect(hostText(text)).rejects.toThrow(message);
});
