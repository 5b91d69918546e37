import { operation, type Operation } from '#local/wire/aws-json.ts';
import { pageOf } from '#local/wire/rpc/page.ts';
import {
  boolean,
  integer,
  list,
  oneOf,
  string,
  structure,
  type Shaped,
} from '#local/wire/shape.ts';
import type { Secret, Secrets } from '#local/secrets-manager/secret.ts';
import { invalidToken } from '#local/secrets-manager/secret-errors.ts';
import { fromTags } from '#local/wire/rpc/tags.ts';

const filterKey = oneOf(
  'description',
  'name',
  'tag-key',
  'tag-value',
  'primary-region',
  'owning-service',
  'all',
);

/** The filters of lists. All must match, each by one of its values. */
export const secretFilters = list(
  structure({ Key: filterKey, Values: list(string({ min: 1, max: 512 }), { min: 1, max: 10 }) }),
  { max: 10 },
);

type Filters = Shaped<typeof secretFilters>;

/** Returns the secrets that match the filters. */
export function findSecrets(all: readonly Secret[], filters: Filters = []): readonly Secret[] {
  return all.filter((secret) =>
    filters.every(({ Key, Values }) =>
      Values.some((value) => {
        const isNot = value.startsWith('!');
        return matches(secret, Key, isNot ? value.slice(1) : value) !== isNot;
      }),
    ),
  );
}

/** Names and tags are compared from their beginnings, with case. Others are searched for words. */
function matches(secret: Secret, key: Filters[number]['Key'], value: string): boolean {
  const { name, description = '', tags } = secret;
  const begins = (text: string): boolean => text.startsWith(value);
  const words = value.toLowerCase().split(/\s+/u);
  const contains = (text: string): boolean =>
    words.every((word) => text.toLowerCase().includes(word));
  switch (key) {
    case 'name':
      return begins(name);
    case 'description':
      return contains(description);
    case 'tag-key':
      return Object.keys(tags).some(begins);
    case 'tag-value':
      return Object.values(tags).some(begins);
    case 'all':
      return [name, description, ...Object.entries(tags).flat()].some(contains);
    case 'primary-region':
    case 'owning-service':
      return false;
  }
}

const shape = structure(
  {},
  {
    MaxResults: integer({ min: 1, max: 100 }),
    NextToken: string({ min: 1, max: 4096 }),
    Filters: secretFilters,
    SortOrder: oneOf('asc', 'desc'),
    SortBy: string(),
    IncludePlannedDeletion: boolean,
  },
);

/** `ListSecrets`: secrets without their values, by filters. */
export function listSecrets(secrets: Secrets): Operation {
  return operation(shape, (input) => {
    const { MaxResults: size = 100, NextToken: token, Filters } = input;
    const found = findSecrets(secrets.all(), Filters).filter(
      ({ deletedAt }) => deletedAt === undefined || input.IncludePlannedDeletion === true,
    );
    const page = pageOf(found, { keyOf: ({ arn }) => arn, size, token, invalid: invalidToken });
    const items = input.SortOrder === 'desc' ? page.items.toReversed() : page.items;
    return {
      SecretList: items.map((secret) =>
        describeSecret(secret, { SecretVersionsToStages: stagesOf(secret) }),
      ),
      NextToken: page.token,
    };
  });
}

/** Returns what is known of a secret apart from its values, and the versions as `stages` has them. */
export function describeSecret(secret: Secret, stages: object): object {
  const { description, kmsKeyId, accessedAt, deletedAt, createdAt, changedAt } = secret;
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: description,
    KmsKeyId: kmsKeyId,
    LastChangedDate: changedAt / 1000,
    LastAccessedDate: accessedAt === undefined ? undefined : accessedAt / 1000,
    DeletedDate: deletedAt === undefined ? undefined : deletedAt / 1000,
    CreatedDate: createdAt / 1000,
    Tags: fromTags(secret.tags),
    ...stages,
  };
}

/** Returns the labels of the versions that have any, by version id. */
export function stagesOf({ versions }: Secret): object {
  const labelled = versions.filter(({ stages }) => stages.length > 0);
  return Object.fromEntries(labelled.map(({ id, stages }) => [id, stages]));
}
