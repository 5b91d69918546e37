import { record, type Json } from '#local/template/json.ts';
import { plainText } from '#local/template/sam/sam-template.ts';

/** Returns the authorizers of a SAM Api as OpenAPI security schemes with AWS's extensions. */
export function authorizerSchemes({ Authorizers }: Json): Json {
  const schemes = Object.entries(record(Authorizers)).map(([name, value]) => {
    const { UserPoolArn, FunctionArn, FunctionPayloadType = 'TOKEN', Identity } = record(value);
    const identity = record(Identity);
    const header = plainText(`${name}.Identity.Header`, identity['Header'] ?? 'Authorization');
    const extension =
      UserPoolArn === undefined
        ? {
            type: plainText(`${name}.FunctionPayloadType`, FunctionPayloadType).toLowerCase(),
            authorizerUri: uriOf(FunctionArn),
            identitySource:
              FunctionPayloadType === 'TOKEN' ? undefined : identitySources(identity).join(', '),
            identityValidationExpression: identity['ValidationExpression'],
            authorizerResultTtlInSeconds: identity['ReauthorizeEvery'],
          }
        : { type: 'cognito_user_pools', providerARNs: [UserPoolArn].flat() };
    return [name, scheme(header, extension)] as const;
  });
  return {
    ...Object.fromEntries(schemes),
    api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
    AWS_IAM: signedScheme,
  };
}

/** The scheme of callers that sign their requests. */
const signedScheme = {
  type: 'apiKey',
  name: 'Authorization',
  in: 'header',
  'x-amazon-apigateway-authtype': 'awsSigv4',
};

/** Returns the authorizers of a SAM HttpApi as OpenAPI security schemes. */
export function httpSchemes({ Authorizers }: Json): Json {
  const schemes = Object.entries(record(Authorizers)).map(([name, value]) => {
    const authorizer = record(value);
    const { JwtConfiguration, FunctionArn, IdentitySource, Identity } = authorizer;
    if (FunctionArn === undefined) {
      const identitySource = IdentitySource ?? '$request.header.Authorization';
      const { issuer, audience } = record(JwtConfiguration);
      const jwtConfiguration = { issuer, audience };
      return [
        name,
        scheme('Authorization', { type: 'jwt', identitySource, jwtConfiguration }),
      ] as const;
    }
    const sources = identitySources(record(Identity)).map((source) =>
      source
        .replace('method.request.querystring', '$request.querystring')
        .replace('method.request', '$request'),
    );
    const extension = {
      type: 'request',
      authorizerUri: uriOf(FunctionArn),
      identitySource: sources.join(', '),
      authorizerPayloadFormatVersion: authorizer['AuthorizerPayloadFormatVersion'] ?? '2.0',
      enableSimpleResponses: authorizer['EnableSimpleResponses'] ?? false,
      authorizerResultTtlInSeconds: record(Identity)['ReauthorizeEvery'],
    };
    return [name, scheme('Authorization', extension)] as const;
  });
  return { ...Object.fromEntries(schemes), AWS_IAM: signedScheme };
}

function scheme(header: string, extension: Json): Json {
  return {
    type: 'apiKey',
    name: header,
    in: 'header',
    'x-amazon-apigateway-authorizer': extension,
  };
}

function uriOf(functionArn: unknown): Json {
  const uri =
    'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function}/invocations';
  return { 'Fn::Sub': [uri, { Function: functionArn }] };
}

function identitySources({
  Headers,
  QueryStrings,
  StageVariables,
  Context,
}: Json): readonly string[] {
  return [
    ...named('method.request.header', Headers),
    ...named('method.request.querystring', QueryStrings),
    ...named('stageVariables', StageVariables),
    ...named('context', Context),
  ];
}

function named(kind: string, names: unknown): readonly string[] {
  return [names ?? []].flat().map((name) => `${kind}.${plainText(kind, name)}`);
}
