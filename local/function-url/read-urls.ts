import type { Properties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';

export interface UrlDefinition {
  readonly key: string;
  /** The name or ARN of its function, optionally with an alias. */
  readonly target: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly invokeMode: 'BUFFERED' | 'RESPONSE_STREAM';
  readonly cors: CorsDefinition | undefined;
}

export interface CorsDefinition {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  readonly maxAge: number | undefined;
}

/** Reads an AWS::Lambda::Url. Throws an error that names the invalid property. */
export function readUrl({ key, properties }: Resource): UrlDefinition {
  return {
    key,
    target: properties.text('TargetFunctionArn'),
    authType: properties.choice('AuthType', ['NONE', 'AWS_IAM']),
    invokeMode: properties.choice('InvokeMode', ['BUFFERED', 'RESPONSE_STREAM'], 'BUFFERED'),
    cors: properties.has('Cors') ? readCors(properties.nested('Cors')) : undefined,
  };
}

/** The limits are those of CreateFunctionUrlConfig. */
function readCors(cors: Properties): CorsDefinition {
  const maxAge = cors.has('MaxAge') ? cors.number('MaxAge', 0) : undefined;
  if (maxAge !== undefined && (maxAge < 0 || maxAge > 86_400)) {
    throw new Error(`${cors.key}.MaxAge: must be from 0 to 86400`);
  }
  return {
    maxAge,
    allowOrigins: readLimitedList(cors, 'AllowOrigins', { items: 100, characters: 253 }),
    allowMethods: readLimitedList(cors, 'AllowMethods', { items: 6, characters: 6 }),
    allowHeaders: readLimitedList(cors, 'AllowHeaders', { items: 100, characters: 1024 }),
    exposeHeaders: readLimitedList(cors, 'ExposeHeaders', { items: 100, characters: 1024 }),
    allowCredentials: cors.flag('AllowCredentials'),
  };
}

interface ListLimits {
  readonly items: number;
  readonly characters: number;
}

function readLimitedList(cors: Properties, name: string, max: ListLimits): readonly string[] {
  const values = cors.texts(name);
  if (values.length > max.items) {
    throw new Error(`${cors.key}.${name}: must have at most ${max.items} items`);
  }
  if (values.some((value) => value.length > max.characters)) {
    throw new Error(`${cors.key}.${name}: items must have at most ${max.characters} characters`);
  }
  return values;
}
