import { operation, type Operation } from '#local/wire/aws-json.ts';
import { boolean, integer, list, string, structure, type Shaped } from '#local/wire/shape.ts';
import {
  findSecret,
  requireLiveSecret,
  requireSecret,
  secretArn,
} from '#local/secrets-manager/find-secret.ts';
import { describeSecret, listSecrets, stagesOf } from '#local/secrets-manager/list-secrets.ts';
import type { Secret } from '#local/secrets-manager/secret.ts';
import {
  alreadyExists,
  invalidParameter,
  invalidRequest,
} from '#local/secrets-manager/secret-errors.ts';
import {
  hasValue,
  idOf,
  secretId,
  valueMembers,
  withValue,
  type SecretsApi,
} from '#local/secrets-manager/value-operations.ts';
import { tagList, toTags, withoutTags } from '#local/wire/rpc/tags.ts';

const byId = structure({ SecretId: secretId });

const described = { Description: string({ max: 2048 }), KmsKeyId: string({ max: 2048 }) };

/** The input of `CreateSecret`. */
export const createShape = structure(
  { Name: string({ min: 1, max: 512 }) },
  { ...valueMembers, ...described, Tags: tagList },
);

type CreateInput = Shaped<typeof createShape>;

/** Returns the operations on secrets, by name. */
export function secretOperations(api: SecretsApi): readonly (readonly [string, Operation])[] {
  const { secrets, now } = api;
  return [
    ['CreateSecret', operation(createShape, (input) => createSecret(api, input))],
    ['UpdateSecret', updateOperation(api)],
    ['DeleteSecret', deleteOperation(api)],
    [
      'RestoreSecret',
      operation(byId, ({ SecretId }) => {
        const { deletedAt: _, purgeAt: __, ...secret } = requireSecret(secrets, SecretId);
        secrets.put(secret.arn, secret);
        return idOf(secret);
      }),
    ],
    [
      'DescribeSecret',
      operation(byId, ({ SecretId }) => {
        const secret = requireSecret(secrets, SecretId);
        return describeSecret(secret, { VersionIdsToStages: stagesOf(secret) });
      }),
    ],
    ['ListSecrets', listSecrets(secrets)],
    [
      'ListSecretVersionIds',
      operation(structure({ SecretId: secretId }, { IncludeDeprecated: boolean }), (input) => {
        const secret = requireSecret(secrets, input.SecretId);
        const versions = secret.versions.filter(
          ({ stages }) => stages.length > 0 || input.IncludeDeprecated === true,
        );
        const Versions = versions.map(({ id, stages, createdAt }) => ({
          VersionId: id,
          VersionStages: stages,
          CreatedDate: createdAt / 1000,
        }));
        return { ...idOf(secret), Versions };
      }),
    ],
    ...tagOperations({ secrets, now, region: api.region }),
  ];
}

function createSecret({ secrets, region, now }: SecretsApi, input: CreateInput): object {
  const { Name: name, Description: description, KmsKeyId: kmsKeyId } = input;
  checkName(name);
  const isFilled = hasValue(input);
  const existing = secrets.all().find((secret) => secret.name === name);
  if (existing?.deletedAt !== undefined) {
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const isRepeated = existing?.versions.some(({ id }) => id === input.ClientRequestToken) === true;
  if (existing !== undefined && !isRepeated) {
    throw alreadyExists(`The operation failed because the secret ${name} already exists.`);
  }
  const empty: Secret = existing ?? {
    name,
    arn: secretArn(region, name, crypto.randomUUID()),
    description,
    kmsKeyId,
    tags: toTags(input.Tags),
    versions: [],
    createdAt: now(),
    changedAt: now(),
  };
  if (!isFilled) {
    secrets.put(empty.arn, empty);
    return idOf(empty);
  }
  const added = withValue(empty, input, { stages: ['AWSCURRENT'], nowMs: now() });
  secrets.put(empty.arn, added.secret);
  return { ...idOf(empty), VersionId: added.versionId };
}

/** Throws Secrets Manager's error for a name with other characters than it allows. */
export function checkName(name: string): void {
  if (/^[\w/+=.@!-]+$/u.test(name)) return;
  throw invalidParameter(
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
}

function updateOperation({ secrets, now }: SecretsApi): Operation {
  const shape = structure({ SecretId: secretId }, { ...valueMembers, ...described });
  return operation(shape, (input) => {
    const secret = requireLiveSecret(secrets, input.SecretId);
    const { Description, KmsKeyId } = input;
    const changed: Secret = {
      ...secret,
      description: Description ?? secret.description,
      kmsKeyId: KmsKeyId ?? secret.kmsKeyId,
      changedAt: now(),
    };
    if (!hasValue(input)) {
      secrets.put(secret.arn, changed);
      return idOf(secret);
    }
    const added = withValue(changed, input, { stages: ['AWSCURRENT'], nowMs: now() });
    secrets.put(secret.arn, added.secret);
    return { ...idOf(secret), VersionId: added.versionId };
  });
}

const dayMs = 24 * 60 * 60_000;

function deleteOperation({ secrets, region, now }: SecretsApi): Operation {
  const shape = structure(
    { SecretId: secretId },
    { RecoveryWindowInDays: integer(), ForceDeleteWithoutRecovery: boolean },
  );
  return operation(shape, ({ SecretId, ...input }) => {
    const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: isForced = false } = input;
    if (isForced && days !== undefined) {
      throw invalidParameter(
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
      );
    }
    if (days !== undefined && (days < 7 || days > 30)) {
      throw invalidParameter(
        'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
      );
    }
    const nowMs = now();
    if (isForced) {
      const found = findSecret(secrets, SecretId);
      if (found !== undefined) secrets.delete(found.arn);
      const arn = found?.arn ?? secretArn(region, SecretId, SecretId);
      return { ARN: arn, Name: found?.name ?? SecretId, DeletionDate: nowMs / 1000 };
    }
    const secret = requireLiveSecret(secrets, SecretId);
    const purgeAt = nowMs + (days ?? 30) * dayMs;
    secrets.put(secret.arn, { ...secret, deletedAt: nowMs, purgeAt });
    return { ...idOf(secret), DeletionDate: purgeAt / 1000 };
  });
}

function tagOperations({ secrets }: SecretsApi): readonly (readonly [string, Operation])[] {
  const change = (id: string, toChanged: (secret: Secret) => Partial<Secret>): Secret => {
    const secret = requireLiveSecret(secrets, id);
    const changed = { ...secret, ...toChanged(secret) };
    secrets.put(secret.arn, changed);
    return changed;
  };
  return [
    [
      'TagResource',
      operation(structure({ SecretId: secretId, Tags: tagList }), ({ SecretId, Tags }) => {
        change(SecretId, ({ tags }) => ({ tags: { ...tags, ...toTags(Tags) } }));
      }),
    ],
    [
      'UntagResource',
      operation(structure({ SecretId: secretId, TagKeys: list(string()) }), (input) => {
        change(input.SecretId, ({ tags }) => ({ tags: withoutTags(tags, input.TagKeys) }));
      }),
    ],
    [
      'PutResourcePolicy',
      operation(structure({ SecretId: secretId, ResourcePolicy: string() }), (input) =>
        idOf(change(input.SecretId, () => ({ policy: input.ResourcePolicy }))),
      ),
    ],
    [
      'GetResourcePolicy',
      operation(byId, ({ SecretId }) => {
        const secret = requireLiveSecret(secrets, SecretId);
        return { ...idOf(secret), ResourcePolicy: secret.policy };
      }),
    ],
    [
      'DeleteResourcePolicy',
      operation(byId, ({ SecretId }) => idOf(change(SecretId, () => ({ policy: undefined })))),
    ],
  ];
}
