import { AwsError } from '#local/wire/aws-error.ts';
import { boolean, oneOf, string, structure, type Shaped } from '#local/wire/shape.ts';
import type { Documents } from '#local/process/documents.ts';
import { latest, parameterType, type Parameter } from '#local/ssm/parameter.ts';
import { invalidRequest } from '#local/ssm/parameter-errors.ts';
import { checkName, checkPattern, tierOf } from '#local/ssm/parameter-rules.ts';
import { tagList, toTags } from '#local/wire/rpc/tags.ts';

const required = { Name: string({ min: 1, max: 2048 }), Value: string({ min: 1 }) };

/** The input of `PutParameter`. */
export const putShape = structure(required, {
  Type: parameterType,
  Description: string({ max: 1024 }),
  KeyId: string({ min: 1, max: 256 }),
  Overwrite: boolean,
  AllowedPattern: string({ max: 1024 }),
  Tags: tagList,
  Tier: oneOf('Standard', 'Advanced', 'Intelligent-Tiering'),
  Policies: string({ min: 1, max: 4096 }),
  DataType: string({ max: 128 }),
});

export type PutInput = Shaped<typeof putShape>;

export type Parameters = Documents<Parameter>;

/**
 * Stores a new version of a parameter, as `PutParameter` does. Returns the version and the tier. The
 * rules for new names do not apply to one that is known.
 */
export function putParameter(
  parameters: Parameters,
  input: PutInput,
  nowMs: number,
  isNameKnown = false,
): { readonly Version: number; readonly Tier: string } {
  const { Name: name, Value: value } = input;
  const existing = parameters.get(name);
  checkConflicts(existing, input);
  if (existing === undefined && !isNameKnown) checkName(name);
  const version = nextVersion(existing, input, nowMs);
  checkPattern(value, version.allowedPattern);
  parameters.put(name, {
    ...existing,
    name,
    tags: { ...existing?.tags, ...toTags(input.Tags) },
    versions: [...withRoom(name, existing?.versions ?? []), version],
  });
  return { Version: version.version, Tier: version.tier };
}

/** Throws if the parameter exists and is not to be overwritten, or the other way around. */
function checkConflicts(existing: Parameter | undefined, input: PutInput): void {
  if (input.Overwrite === true && input.Tags !== undefined) {
    throw invalidRequest(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  if (existing !== undefined && input.Overwrite !== true) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
}

const dataTypes: ReadonlySet<string> = new Set(['text', 'aws:ec2:image', 'aws:ssm:integration']);

/** Returns the version of a request. What it leaves out stays as it was, except the description. */
function nextVersion(
  existing: Parameter | undefined,
  input: PutInput,
  modifiedAt: number,
): Parameter['versions'][number] {
  const current = existing && latest(existing);
  const type = input.Type ?? current?.type;
  if (type === undefined) {
    throw invalidRequest('A parameter type is required when you create a parameter.');
  }
  const dataType = input.DataType ?? current?.dataType ?? 'text';
  if (!dataTypes.has(dataType)) {
    throw invalidRequest(
      `The following data type is not supported: ${dataType} (Data type names are all lowercase.)`,
    );
  }
  const needsAdvanced = input.Policies !== undefined && input.Policies !== '[]';
  const isSecure = type === 'SecureString';
  return {
    version: (current?.version ?? 0) + 1,
    type,
    value: input.Value,
    tier: tierOf(input.Value, input.Tier, { current: current?.tier, needsAdvanced }),
    dataType,
    labels: [],
    modifiedAt,
    description: input.Description ?? current?.description,
    allowedPattern: input.AllowedPattern ?? current?.allowedPattern,
    policies: input.Policies ?? current?.policies,
    ...(isSecure ? { keyId: input.KeyId ?? current?.keyId ?? 'alias/aws/ssm' } : {}),
  };
}

const maxVersions = 100;

/** Leaves out the oldest version if there are too many. Throws if it has a label. */
function withRoom(name: string, versions: Parameter['versions']): Parameter['versions'] {
  if (versions.length < maxVersions) return versions;
  const [oldest, ...others] = versions;
  if (oldest === undefined || oldest.labels.length === 0) return others;
  throw new AwsError(
    'ParameterMaxVersionLimitExceeded',
    `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
  );
}
