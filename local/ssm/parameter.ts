import { createHash } from 'node:crypto';
import {
  integer,
  list,
  map,
  oneOf,
  string,
  structure,
  type Shape,
  type Shaped,
} from '#local/wire/shape.ts';
import { accountId } from '#local/template/stack-context.ts';

/** The types of parameters. */
export const parameterType = oneOf('String', 'StringList', 'SecureString');

const versionShape = structure(
  {
    version: integer(),
    type: parameterType,
    value: string(),
    tier: oneOf('Standard', 'Advanced'),
    dataType: string(),
    labels: list(string()),
    /** Milliseconds since 1970. */
    modifiedAt: integer(),
  },
  { description: string(), allowedPattern: string(), keyId: string(), policies: string() },
);

/** A version of a parameter. */
export type ParameterVersion = Shaped<typeof versionShape>;

/** The shape of a parameter as it is stored. */
export const parameterShape: Shape<Parameter> = structure(
  { name: string(), versions: list(versionShape), tags: map(string()) },
  { declaration: string() },
);

/** A parameter with its versions, the oldest first. There is always one. */
export interface Parameter {
  readonly name: string;
  readonly versions: readonly ParameterVersion[];
  readonly tags: Readonly<Record<string, string>>;
  /** What the template or an option said when it last gave the value, as JSON. */
  readonly declaration?: string | undefined;
}

/** Returns the newest version. */
export function latest({ name, versions }: Parameter): ParameterVersion {
  const last = versions.at(-1);
  if (last === undefined) throw new Error(`The parameter ${name} has no version`);
  return last;
}

/** Returns the ARN of a parameter. The slash at the beginning of a path is not repeated. */
export function parameterArn(region: string, name: string): string {
  return `arn:aws:ssm:${region}:${accountId}:parameter/${name.replace(/^\//u, '')}`;
}

/** Returns the value as it is shown: that of a SecureString is encrypted unless asked for. */
export function shownValue(
  { name }: Parameter,
  { type, value, version }: ParameterVersion,
  isDecrypted: boolean | undefined,
): string {
  if (type !== 'SecureString' || isDecrypted === true) return value;
  const bytes = createHash('sha512').update(`${name}:${version}:${value}`).digest('base64');
  return `AQICAH${bytes}`;
}

/** Returns a time as AWS JSON has it, in seconds. */
export function toSeconds(ms: number): number {
  return ms / 1000;
}
