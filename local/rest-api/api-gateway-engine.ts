import type {
  ApiDefinition,
  Integration,
  Mapping,
  MethodDefinition,
} from '#local/rest-api/definition/api-definition.ts';
import { formatServiceUri } from '#local/rest-api/definition/service-uri.ts';
import { shortId } from '#local/template/identities/naming.ts';
import { accountId } from '#local/template/stack-context.ts';
import { AwsError, toAwsError } from '#local/wire/aws-error.ts';
import type { AwsRequest, Engine } from '#local/wire/aws-exchange.ts';
import { verifySignature } from '#local/wire/aws-json.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

export interface RestApis {
  readonly credentials: Credentials;
  readonly region: string;
  apis(): readonly ApiDefinition[];
}

/** Returns the engine of API Gateway's own API, with the operations that read REST APIs. */
export function createApiGatewayEngine(api: RestApis): Engine {
  return (request, response) => {
    try {
      verifySignature(request, api.credentials, { status: 403 });
      const body = answer(api, request);
      response.start(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    } catch (error) {
      const { code, message, status } = toAwsError(error);
      response.start(status, { 'content-type': 'application/json', 'x-amzn-errortype': code });
      response.end(JSON.stringify({ message }));
    }
    return Promise.resolve();
  };
}

function answer(api: RestApis, { method, url }: AwsRequest): object {
  const [path = '', search = ''] = url.split('?');
  const [, id, detail] = /^\/restapis(?:\/([^/]+)(?:\/(resources))?)?$/u.exec(path) ?? [];
  if (method !== 'GET' || !path.startsWith('/restapis')) throw unknownOperation();
  if (id === undefined) return { item: api.apis().map(renderApi) };
  const found = api.apis().find((each) => each.id === id);
  if (found === undefined) {
    const message = 'Invalid API identifier specified';
    throw new AwsError('NotFoundException', `${message} ${accountId}:${id}`, { status: 404 });
  }
  if (detail === undefined) return renderApi(found);
  const embedsMethods = new URLSearchParams(search).getAll('embed').includes('methods');
  return { item: renderResources(found, embedsMethods, api.region) };
}

function unknownOperation(): AwsError {
  return new AwsError('UnknownOperationException', 'Unknown operation.', { status: 404 });
}

function renderApi({
  id,
  name,
  apiKeySource,
  binaryMediaTypes,
  isEdgeOptimised,
}: ApiDefinition): object {
  const types = [isEdgeOptimised ? 'EDGE' : 'REGIONAL'];
  return {
    id,
    name,
    apiKeySource,
    binaryMediaTypes,
    endpointConfiguration: { types },
    createdDate: 0,
  };
}

/** `GetResources`, in one page: the paths that have methods. */
function renderResources(
  { id, methods }: ApiDefinition,
  embedsMethods: boolean,
  region: string,
): readonly object[] {
  const byPath = Map.groupBy(methods, ({ resourcePath }) => resourcePath);
  return [...byPath].map(([path, own]) => ({
    id: shortId(`${id}${path}`, 6),
    path,
    pathPart: path.split('/').at(-1),
    resourceMethods: Object.fromEntries(
      own.map((each) => [each.httpMethod, embedsMethods ? renderMethod(each, region) : {}]),
    ),
  }));
}

function renderMethod(
  { httpMethod, apiKeyRequired, authorization, integration }: MethodDefinition,
  region: string,
): object {
  const types = {
    none: 'NONE',
    iam: 'AWS_IAM',
    function: 'CUSTOM',
    'user-pool': 'COGNITO_USER_POOLS',
  };
  return {
    httpMethod,
    apiKeyRequired,
    authorizationType: types[authorization.type],
    methodIntegration: renderIntegration(integration, region),
  };
}

function renderIntegration(integration: Integration, region: string): object {
  switch (integration.type) {
    case 'mock':
      return { type: 'MOCK', ...renderMapping(integration.mapping) };
    case 'service': {
      const { httpMethod, target, timeoutMs: timeoutInMillis, mapping } = integration;
      const uri = formatServiceUri(region, target);
      return { type: 'AWS', httpMethod, uri, timeoutInMillis, ...renderMapping(mapping) };
    }
    case 'custom-http': {
      const { httpMethod, uri, timeoutMs: timeoutInMillis, mapping } = integration;
      return { type: 'HTTP', httpMethod, uri, timeoutInMillis, ...renderMapping(mapping) };
    }
    case 'http': {
      const { uri, httpMethod } = integration;
      return { type: 'HTTP_PROXY', httpMethod, uri, ...renderTransfer(integration) };
    }
    case 'lambda':
      return renderFunction(integration, region);
  }
}

function renderMapping({ requestParameters, requestTemplates, passthrough }: Mapping): object {
  return { requestParameters, requestTemplates, passthroughBehavior: passthrough };
}

function renderTransfer({ streams, timeoutMs }: Transfer): object {
  return { timeoutInMillis: timeoutMs, responseTransferMode: streams ? 'STREAM' : 'BUFFERED' };
}

type Transfer = Pick<LambdaIntegration, 'streams' | 'timeoutMs'>;
type LambdaIntegration = Integration & { readonly type: 'lambda' };

function renderFunction(integration: LambdaIntegration, region: string): object {
  const { streams, functionName: name } = integration;
  const path = streams ? '2021-11-15' : '2015-03-31';
  const operation = streams ? 'response-streaming-invocations' : 'invocations';
  const arn = name.startsWith('arn:')
    ? name
    : `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  const uri = `arn:aws:apigateway:${region}:lambda:path/${path}/functions/${arn}/${operation}`;
  return { type: 'AWS_PROXY', httpMethod: 'POST', uri, ...renderTransfer(integration) };
}
