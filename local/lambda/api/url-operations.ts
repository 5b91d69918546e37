import type { HostedUrl } from '#local/function-url/function-urls.ts';
import type { CorsDefinition, UrlDefinition } from '#local/function-url/read-urls.ts';
import {
  readInput,
  type FunctionCall,
  type FunctionOperation,
  type LambdaResources,
} from '#local/lambda/api/lambda-call.ts';
import {
  conflict,
  invalidParameter,
  notFound,
  toValidationError,
} from '#local/lambda/api/lambda-errors.ts';
import {
  boolean,
  integer,
  oneOf,
  readShape,
  string,
  structure,
  type Shaped,
} from '#local/wire/shape.ts';
import { stringList } from '#local/wire/string-list.ts';

const headers = stringList({ max: 1024, pattern: '.*' }, { max: 100 });

const corsShape = structure(
  {},
  {
    AllowCredentials: boolean,
    AllowHeaders: headers,
    AllowMethods: stringList({ max: 6, pattern: '.*' }, { max: 6 }),
    AllowOrigins: stringList({ min: 1, max: 253, pattern: '.*' }, { max: 100 }),
    ExposeHeaders: headers,
    MaxAge: integer({ min: 0, max: 86_400 }),
  },
);

type Cors = Shaped<typeof corsShape>;

const authType = oneOf('NONE', 'AWS_IAM');

const options = { Cors: corsShape, InvokeMode: oneOf('BUFFERED', 'RESPONSE_STREAM') };

const createShape = structure({ AuthType: authType }, options);

const updateShape = structure({}, { AuthType: authType, ...options });

/** `CreateFunctionUrlConfig`: opens a Function URL, which answers at once. */
export const createUrl: FunctionOperation = async (call, { urls }) => {
  const { AuthType, Cors, InvokeMode = 'BUFFERED' } = readInput(createShape, call);
  const cors = Cors === undefined ? undefined : toDefinition(Cors);
  const target = targetOf(call);
  const key = `${call.host.definition.key}-url${call.qualifier ?? ''}`;
  const definition = { key, target, authType: AuthType, invokeMode: InvokeMode, cors };
  const url = await urls.create(definition, call.host);
  if (url !== undefined) return { status: 201, body: renderUrl(url) };
  throw conflict(
    `Failed to create function url config for [functionArn = ${target}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
  );
};

/** `UpdateFunctionUrlConfig`: changes a Function URL from its next request on. */
export const updateUrl: FunctionOperation = (call, resources) => {
  const url = requireUrl(call, resources);
  const { AuthType, Cors, InvokeMode } = readInput(updateShape, call);
  const { definition } = url;
  const changed: UrlDefinition = {
    ...definition,
    authType: AuthType ?? definition.authType,
    invokeMode: InvokeMode ?? definition.invokeMode,
    cors: Cors === undefined ? definition.cors : toDefinition(Cors),
  };
  resources.urls.change(url, changed);
  return { status: 200, body: renderUrl(url) };
};

/** `GetFunctionUrlConfig`. */
export const getUrl: FunctionOperation = (call, resources) => ({
  status: 200,
  body: renderUrl(requireUrl(call, resources)),
});

/** `ListFunctionUrlConfigs`: the URLs of a function and of its aliases. */
export const listUrls: FunctionOperation = ({ host }, { urls }) => ({
  status: 200,
  body: { FunctionUrlConfigs: urls.of(host).map(renderUrl) },
});

/** `DeleteFunctionUrlConfig`: closes a Function URL. */
export const deleteUrl: FunctionOperation = async (call, resources) => {
  await resources.urls.remove(requireUrl(call, resources));
  return { status: 204 };
};

function requireUrl(call: FunctionCall, { urls }: LambdaResources): HostedUrl {
  const url = urls.find(call.host, qualifierOf(call));
  if (url === undefined) throw notFound();
  return url;
}

const qualifierShape = structure(
  {},
  { Qualifier: string({ min: 1, max: 128, pattern: String.raw`((?!^\d+$)^[0-9a-zA-Z-_]+$)` }) },
);

/** Returns the alias that a URL belongs to. A version cannot have a URL. */
function qualifierOf({ host, qualifier }: FunctionCall): string | undefined {
  readShape(qualifierShape, { Qualifier: qualifier }, toValidationError);
  if (qualifier === undefined || host.definition.aliases.includes(qualifier)) return qualifier;
  throw notFound(`Cannot find alias arn: ${host.definition.arn}:${qualifier}`);
}

function targetOf(call: FunctionCall): string {
  const { arn } = call.host.definition;
  const qualifier = qualifierOf(call);
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}

function toDefinition(cors: Cors): CorsDefinition {
  const { AllowOrigins = [], AllowMethods = [], AllowHeaders = [], ExposeHeaders = [] } = cors;
  for (const [name, values] of Object.entries({ AllowOrigins, AllowMethods, AllowHeaders })) {
    if (values.length < 2 || !values.includes('*')) continue;
    throw invalidParameter(
      `You can't specify additional fields for ${name} because you already specified the wildcard character (*).`,
    );
  }
  return {
    allowOrigins: AllowOrigins,
    allowMethods: AllowMethods,
    allowHeaders: AllowHeaders,
    exposeHeaders: ExposeHeaders,
    allowCredentials: cors.AllowCredentials ?? false,
    maxAge: cors.MaxAge,
  };
}

function renderUrl({ definition, address, createdAt, modifiedAt }: HostedUrl): object {
  const { target, authType: AuthType, invokeMode: InvokeMode, cors } = definition;
  return {
    FunctionUrl: address,
    FunctionArn: target,
    AuthType,
    InvokeMode,
    CreationTime: createdAt.toISOString(),
    LastModifiedTime: modifiedAt.toISOString(),
    Cors: cors === undefined ? undefined : renderCors(cors),
  };
}

/** AWS leaves out what was not configured. */
function renderCors(cors: CorsDefinition): object {
  return {
    AllowOrigins: ifAny(cors.allowOrigins),
    AllowMethods: ifAny(cors.allowMethods),
    AllowHeaders: ifAny(cors.allowHeaders),
    ExposeHeaders: ifAny(cors.exposeHeaders),
    AllowCredentials: cors.allowCredentials,
    MaxAge: cors.maxAge,
  };
}

function ifAny(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values;
}
