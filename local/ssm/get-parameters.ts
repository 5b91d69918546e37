import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { pageOf } from '#local/wire/rpc/page.ts';
import { boolean, integer, list, string, structure } from '#local/wire/shape.ts';
import {
  latest,
  parameterArn,
  shownValue,
  toSeconds,
  type Parameter,
  type ParameterVersion,
} from '#local/ssm/parameter.ts';
import { invalidRequest, parameterNotFound, versionNotFound } from '#local/ssm/parameter-errors.ts';
import { checkFilters, filterShape, matchesFilters } from '#local/ssm/parameter-filters.ts';
import { pathRule } from '#local/ssm/parameter-rules.ts';
import type { Parameters } from '#local/ssm/put-parameter.ts';

/** A parameter as a request names it: `name`, `name:version`, `name:label` or the same as ARN. */
interface Selection {
  readonly parameter: Parameter;
  readonly version: ParameterVersion;
  readonly selector: string | undefined;
}

/** Finds a version of a parameter. Throws Systems Manager's error if there is none. */
export function selectParameter(
  parameters: Parameters,
  region: string,
  reference: string,
): Selection {
  // An ARN has a slash before the name, also if the name does not begin with one.
  const prefix = parameterArn(region, '');
  const isArn = reference.startsWith(prefix);
  const text = isArn ? `/${reference.slice(prefix.length)}` : reference;
  const [name = '', selector] = text.split(':');
  const parameter = parameters.get(name) ?? (isArn ? parameters.get(name.slice(1)) : undefined);
  if (parameter === undefined) throw parameterNotFound();
  if (selector === undefined) return { parameter, version: latest(parameter), selector };
  const version = parameter.versions.find(
    (each) => String(each.version) === selector || each.labels.includes(selector),
  );
  if (version === undefined) throw versionNotFound(parameter.name, selector);
  return { parameter, version, selector: `:${selector}` };
}

/** Returns the operations that read values, by name. */
export function getOperations(
  parameters: Parameters,
  region: string,
): readonly (readonly [string, Operation])[] {
  const render = (selection: Selection, isDecrypted?: boolean): object =>
    toParameter(selection, region, isDecrypted);
  return [
    [
      'GetParameter',
      operation(
        structure({ Name: string({ min: 1, max: 2048 }) }, { WithDecryption: boolean }),
        ({ Name, WithDecryption }) => ({
          Parameter: render(selectParameter(parameters, region, Name), WithDecryption),
        }),
      ),
    ],
    [
      'GetParameters',
      operation(
        structure({ Names: list(string(), { min: 1, max: 10 }) }, { WithDecryption: boolean }),
        ({ Names, WithDecryption }) => {
          const found = Names.map((name) => [name, find(parameters, region, name)] as const);
          return {
            Parameters: found.flatMap(([, each]) => (each ? [render(each, WithDecryption)] : [])),
            InvalidParameters: found.flatMap(([name, each]) => (each ? [] : [name])),
          };
        },
      ),
    ],
    ['GetParametersByPath', byPathOperation(parameters, render)],
    ['GetParameterHistory', historyOperation(parameters)],
  ];
}

function find(parameters: Parameters, region: string, name: string): Selection | undefined {
  try {
    return selectParameter(parameters, region, name);
  } catch {
    return undefined;
  }
}

function byPathOperation(
  parameters: Parameters,
  render: (selection: Selection, isDecrypted?: boolean) => object,
): Operation {
  const shape = structure(
    { Path: string({ min: 1, max: 2048 }) },
    {
      Recursive: boolean,
      ParameterFilters: list(filterShape),
      WithDecryption: boolean,
      MaxResults: integer({ min: 1, max: 10 }),
      NextToken: string(),
    },
  );
  return operation(shape, (input) => {
    const { Path, Recursive = false, ParameterFilters = [], MaxResults: size = 10 } = input;
    if (!/^\/(?:[\w.-]+(?:\/[\w.-]+)*\/?)?$/u.test(Path)) throw invalidRequest(pathRule);
    checkFilters(ParameterFilters, ['Type', 'KeyId', 'Label']);
    const below = parameters.all().filter(({ name }) => isBelow(name, Path, Recursive));
    const found = below.flatMap((parameter) => {
      const labels = ParameterFilters.filter(({ Key }) => Key === 'Label');
      const version = parameter.versions.findLast((each) =>
        labels.every(({ Values = [] }) => each.labels.some((label) => Values.includes(label))),
      );
      const isFound = version !== undefined && matchesFilters(parameter, ParameterFilters);
      return isFound ? [{ parameter, version, selector: undefined }] : [];
    });
    const page = pageOf(found, {
      keyOf: ({ parameter }) => parameter.name,
      size,
      token: input.NextToken,
      invalid: invalidToken,
    });
    return {
      Parameters: page.items.map((each) => render(each, input.WithDecryption)),
      NextToken: page.token,
    };
  });
}

/** Returns whether a parameter is in a folder, or with `isRecursive` also in a folder of it. */
export function isBelow(name: string, path: string, isRecursive: boolean): boolean {
  const folder = path.endsWith('/') ? path : `${path}/`;
  // At the top are also the parameters without a slash.
  const full = name.startsWith('/') ? name : `/${name}`;
  if (!full.startsWith(folder)) return false;
  return isRecursive || !full.slice(folder.length).includes('/');
}

/** Returns the error for a token that was not returned by an operation. */
export function invalidToken(): AwsError {
  return new AwsError('InvalidNextToken', 'The specified token is not valid.');
}

function historyOperation(parameters: Parameters): Operation {
  const shape = structure(
    { Name: string({ min: 1, max: 2048 }) },
    { WithDecryption: boolean, MaxResults: integer({ min: 1, max: 50 }), NextToken: string() },
  );
  return operation(shape, ({ Name, WithDecryption, MaxResults: size = 50, NextToken: token }) => {
    const parameter = parameters.get(Name);
    if (parameter === undefined) throw parameterNotFound();
    const page = pageOf(parameter.versions, {
      keyOf: ({ version }) => String(version).padStart(10, '0'),
      size,
      token,
      invalid: invalidToken,
    });
    return {
      Parameters: page.items.map((version) => ({
        ...describeVersion(parameter, version),
        Value: shownValue(parameter, version, WithDecryption),
        Labels: version.labels,
      })),
      NextToken: page.token,
    };
  });
}

/** Returns what is known of a version apart from its value. */
export function describeVersion({ name }: Parameter, version: ParameterVersion): object {
  return {
    Name: name,
    Type: version.type,
    KeyId: version.keyId,
    LastModifiedDate: toSeconds(version.modifiedAt),
    LastModifiedUser: 'arn:aws:iam::000000000000:root',
    Description: version.description,
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Tier: version.tier,
    Policies: [],
    DataType: version.dataType,
  };
}

function toParameter(
  { parameter, version, selector }: Selection,
  region: string,
  isDecrypted?: boolean,
): object {
  return {
    Name: parameter.name,
    Type: version.type,
    Value: shownValue(parameter, version, isDecrypted),
    Version: version.version,
    Selector: selector,
    LastModifiedDate: toSeconds(version.modifiedAt),
    ARN: parameterArn(region, parameter.name),
    DataType: version.dataType,
  };
}
