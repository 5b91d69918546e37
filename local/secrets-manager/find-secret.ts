import { shortId } from '#local/template/identities/naming.ts';
import { accountId } from '#local/template/stack-context.ts';
import {
  stagedVersion,
  type Secret,
  type Secrets,
  type SecretVersion,
} from '#local/secrets-manager/secret.ts';
import { invalidRequest, secretNotFound } from '#local/secrets-manager/secret-errors.ts';

/** Returns the ARN of a secret, whose last six characters depend on the seed. */
export function secretArn(region: string, name: string, seed: string): string {
  return `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-${shortId(seed, 6)}`;
}

/** Finds a secret by name, ARN, or ARN without its last six characters. */
export function findSecret(secrets: Secrets, id: string): Secret | undefined {
  return (
    secrets.get(id) ?? secrets.all().find(({ name, arn }) => name === id || arn.slice(0, -7) === id)
  );
}

/** Finds a secret, also one that is marked for deletion. Throws if there is none. */
export function requireSecret(secrets: Secrets, id: string): Secret {
  const secret = findSecret(secrets, id);
  if (secret === undefined) throw secretNotFound();
  return secret;
}

/** Finds a secret that can be used. Throws if there is none, or if it is marked for deletion. */
export function requireLiveSecret(secrets: Secrets, id: string): Secret {
  const secret = requireSecret(secrets, id);
  if (secret.deletedAt === undefined) return secret;
  throw invalidRequest(
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
}

/** A version of a secret as a request names it. Without both, it is the current one. */
export interface VersionQuery {
  readonly id?: string | undefined;
  readonly stage?: string | undefined;
}

/** Finds a version of a secret. Throws if there is none, or if its id and its label disagree. */
export function requireVersion(secret: Secret, { id, stage }: VersionQuery): SecretVersion {
  if (id === undefined) {
    const label = stage ?? 'AWSCURRENT';
    const staged = stagedVersion(secret, label);
    if (staged === undefined) throw secretNotFound(`secret value for staging label: ${label}`);
    return staged;
  }
  const version = secret.versions.find((each) => each.id === id);
  if (version === undefined) throw secretNotFound(`secret value for VersionId: ${id}`);
  if (stage === undefined || version.stages.includes(stage)) return version;
  throw invalidRequest(
    'You provided a VersionStage that is not associated to the provided VersionId.',
  );
}
