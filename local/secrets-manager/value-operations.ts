import { AwsError, toAwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { writeIfPossible } from '#local/process/disk.ts';
import { pageOf } from '#local/wire/rpc/page.ts';
import { blob, integer, list, string, structure, type Shaped } from '#local/wire/shape.ts';
import { randomPassword, passwordShape } from '#local/secrets-manager/random-password.ts';
import { findSecrets, secretFilters } from '#local/secrets-manager/list-secrets.ts';
import {
  requireLiveSecret,
  requireVersion,
  type VersionQuery,
} from '#local/secrets-manager/find-secret.ts';
import {
  addVersion,
  makeCurrent,
  moveStage,
  type Secret,
  type Secrets,
} from '#local/secrets-manager/secret.ts';
import {
  alreadyExists,
  invalidParameter,
  invalidRequest,
  invalidToken,
} from '#local/secrets-manager/secret-errors.ts';

/** The id of a secret: its name or its ARN. */
export const secretId = string({ min: 1, max: 2048 });

const token = string({ min: 32, max: 64 });

/** The members of a request that have a value. */
export const valueMembers = {
  ClientRequestToken: token,
  SecretString: string({ max: 65_536 }),
  SecretBinary: blob,
};

const valueShape = structure({}, valueMembers);

export type ValueInput = Shaped<typeof valueShape>;

const maxBytes = 65_536;

/** Throws if a request has a text and bytes, or too many. Returns whether it has a value. */
export function hasValue({ SecretString, SecretBinary }: ValueInput): boolean {
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  const value = SecretBinary ?? SecretString;
  if (value === undefined) return false;
  if (Buffer.byteLength(value) > maxBytes) {
    throw invalidParameter(`The secret value can't be larger than ${maxBytes} bytes.`);
  }
  return true;
}

/** What a service that keeps secrets works with. */
export interface SecretsApi {
  readonly secrets: Secrets;
  readonly region: string;
  /** Returns milliseconds since 1970. */
  now(): number;
}

/**
 * Adds the value of a request as a version. A request that is repeated with its token and its value
 * changes nothing.
 */
export function withValue(
  secret: Secret,
  input: ValueInput,
  { stages, nowMs }: { readonly stages: readonly string[]; readonly nowMs: number },
): { readonly secret: Secret; readonly versionId: string } {
  const { ClientRequestToken, SecretString: text } = input;
  const binary = input.SecretBinary?.toString('base64');
  const versionId = ClientRequestToken ?? crypto.randomUUID();
  const existing = secret.versions.find(({ id }) => id === versionId);
  if (existing !== undefined) {
    if (existing.text === text && existing.binary === binary) return { secret, versionId };
    throw alreadyExists(
      `You can't use ClientRequestToken ${versionId} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  }
  const version = { id: versionId, text, binary, createdAt: nowMs };
  const changed = { ...addVersion(secret, version, stages), changedAt: nowMs };
  return { secret: changed, versionId };
}

/** Returns the operations on the values of secrets, by name. */
export function valueOperations(api: SecretsApi): readonly (readonly [string, Operation])[] {
  const { secrets, now } = api;
  return [
    [
      'GetSecretValue',
      operation(
        structure({ SecretId: secretId }, { VersionId: token, VersionStage: string() }),
        ({ SecretId, VersionId: id, VersionStage: stage }) =>
          readValue(api, SecretId, { id, stage }),
      ),
    ],
    ['BatchGetSecretValue', batchOperation(api)],
    [
      'PutSecretValue',
      operation(
        structure(
          { SecretId: secretId },
          { ...valueMembers, VersionStages: list(string(), { min: 1, max: 20 }) },
        ),
        (input) => {
          const secret = requireLiveSecret(secrets, input.SecretId);
          if (!hasValue(input)) {
            throw invalidRequest('You must provide either SecretString or SecretBinary.');
          }
          const stages = input.VersionStages ?? ['AWSCURRENT'];
          const changed = withValue(secret, input, { stages, nowMs: now() });
          secrets.put(secret.arn, changed.secret);
          const version = requireVersion(changed.secret, { id: changed.versionId });
          return { ...idOf(secret), VersionId: version.id, VersionStages: version.stages };
        },
      ),
    ],
    ['UpdateSecretVersionStage', stageOperation(api)],
    [
      'GetRandomPassword',
      operation(passwordShape, (rules) => ({ RandomPassword: randomPassword(rules) })),
    ],
  ];
}

/** Returns the members that name a secret in responses. */
export function idOf({ arn, name }: Secret): { readonly ARN: string; readonly Name: string } {
  return { ARN: arn, Name: name };
}

function readValue({ secrets, now }: SecretsApi, id: string, query: VersionQuery): object {
  const secret = requireLiveSecret(secrets, id);
  const version = requireVersion(secret, query);
  const day = 24 * 60 * 60_000;
  const accessedAt = Math.floor(now() / day) * day;
  if (secret.accessedAt !== accessedAt) {
    writeIfPossible(() => secrets.put(secret.arn, { ...secret, accessedAt }));
  }
  return {
    ...idOf(secret),
    VersionId: version.id,
    SecretString: version.text,
    SecretBinary: version.binary,
    VersionStages: version.stages,
    CreatedDate: version.createdAt / 1000,
  };
}

function batchOperation(api: SecretsApi): Operation {
  const shape = structure(
    {},
    {
      SecretIdList: list(secretId, { min: 1, max: 20 }),
      Filters: secretFilters,
      MaxResults: integer({ min: 1, max: 20 }),
      NextToken: string(),
    },
  );
  return operation(shape, ({ SecretIdList, Filters, MaxResults: size = 20, NextToken }) => {
    if ((SecretIdList === undefined) === (Filters === undefined)) {
      throw invalidParameter('Either SecretIdList or Filters must be provided, but not both.');
    }
    const ids = SecretIdList ?? findSecrets(api.secrets.all(), Filters).map(({ arn }) => arn);
    const page = pageOf(ids, { keyOf: (id) => id, size, token: NextToken, invalid: invalidToken });
    const wanted = SecretIdList ?? page.items;
    const read = wanted.map((id) => tryToRead(api, id));
    return {
      SecretValues: read.flatMap(({ value }) => value ?? []),
      Errors: read.flatMap(({ error }) => error ?? []),
      NextToken: SecretIdList === undefined ? page.token : undefined,
    };
  });
}

function tryToRead(api: SecretsApi, SecretId: string): { value?: object; error?: object } {
  try {
    return { value: readValue(api, SecretId, {}) };
  } catch (thrown) {
    if (!(thrown instanceof AwsError)) throw thrown;
    const { code: ErrorCode, message: Message } = toAwsError(thrown);
    return { error: { SecretId, ErrorCode, Message } };
  }
}

function stageOperation({ secrets, now }: SecretsApi): Operation {
  const shape = structure(
    { SecretId: secretId, VersionStage: string({ min: 1, max: 256 }) },
    { MoveToVersionId: token, RemoveFromVersionId: token },
  );
  return operation(shape, ({ SecretId, VersionStage: stage, ...input }) => {
    const { MoveToVersionId: to, RemoveFromVersionId: from } = input;
    const secret = requireLiveSecret(secrets, SecretId);
    const holder = secret.versions.find(({ stages }) => stages.includes(stage))?.id;
    if (to !== undefined) requireVersion(secret, { id: to });
    if (stage === 'AWSCURRENT' && to === undefined) {
      throw invalidParameter(
        `You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.`,
      );
    }
    if (holder !== undefined && holder !== to && holder !== from) {
      throw invalidParameter(
        `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    }
    const changed =
      stage === 'AWSCURRENT' && to !== undefined
        ? makeCurrent(secret, to)
        : moveStage(secret, stage, to);
    secrets.put(secret.arn, { ...changed, changedAt: now() });
    return idOf(secret);
  });
}
