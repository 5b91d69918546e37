import { integer, list, map, string, structure, type Shaped } from '#local/wire/shape.ts';
import type { Documents } from '#local/process/documents.ts';

const versionShape = structure(
  {
    id: string(),
    stages: list(string()),
    /** Milliseconds since 1970. */
    createdAt: integer(),
  },
  { text: string(), binary: string() },
);

/** A version of a secret: a text, or bytes in Base64, and its staging labels. */
export type SecretVersion = Shaped<typeof versionShape>;

/** The shape of a secret as it is stored. Times are in milliseconds since 1970. */
export const secretShape = structure(
  {
    name: string(),
    arn: string(),
    tags: map(string()),
    versions: list(versionShape),
    createdAt: integer(),
    changedAt: integer(),
  },
  {
    description: string(),
    kmsKeyId: string(),
    accessedAt: integer(),
    /** When it is deleted for good; present once it is marked for deletion. */
    purgeAt: integer(),
    deletedAt: integer(),
    policy: string(),
    /** What the template or an option said when it last gave the value, as JSON. */
    declaration: string(),
  },
);

/** A secret with its versions, the oldest first. */
export type Secret = Shaped<typeof secretShape>;

/** The secrets by ARN. */
export type Secrets = Documents<Secret>;

/** Returns the version with a staging label. */
export function stagedVersion({ versions }: Secret, stage: string): SecretVersion | undefined {
  return versions.find(({ stages }) => stages.includes(stage));
}

/** Returns a secret in which a label is on one version only, or on none. */
export function moveStage(secret: Secret, stage: string, to: string | undefined): Secret {
  const versions = secret.versions.map((version) => {
    const others = version.stages.filter((each) => each !== stage);
    return { ...version, stages: version.id === to ? [...others, stage] : others };
  });
  return { ...secret, versions };
}

/** Moves the label of the current version. The version that had it becomes the previous one. */
export function makeCurrent(secret: Secret, id: string): Secret {
  const current = stagedVersion(secret, 'AWSCURRENT');
  if (current?.id === id) return secret;
  const moved = moveStage(secret, 'AWSCURRENT', id);
  return current === undefined ? moved : moveStage(moved, 'AWSPREVIOUS', current.id);
}

/** How many versions without a label are kept. */
const maxUnlabelled = 100;

/** Adds a version with staging labels, which leave the versions that had them. */
export function addVersion(
  secret: Secret,
  version: Omit<SecretVersion, 'stages'>,
  stages: readonly string[],
): Secret {
  const unlabelled = secret.versions.filter((each) => each.stages.length === 0);
  const dropped = new Set(unlabelled.slice(0, -maxUnlabelled));
  const kept = secret.versions.filter((each) => !dropped.has(each));
  const added: Secret = { ...secret, versions: [...kept, { ...version, stages: [] }] };
  return stages.reduce(
    (changed, stage) =>
      stage === 'AWSCURRENT'
        ? makeCurrent(changed, version.id)
        : moveStage(changed, stage, version.id),
    added,
  );
}
