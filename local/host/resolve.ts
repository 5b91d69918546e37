import { join } from 'node:path';
import type { Bound } from '#local/host/bind.ts';
import { deriveKey, type Secrets } from '#local/host/data/data-directory.ts';
import {
  readDefinitions,
  unhostedCallers,
  unhostedTypes,
  withoutEffect,
  type Definitions,
} from '#local/host/definitions.ts';
import { unhostedNotice } from '#local/host/unhosted-notice.ts';
import type { ApiKey } from '#local/rest-api/admission.ts';
import type { ApiKeyDefinition } from '#local/rest-api/definition/api-definition.ts';
import { openUserPools, type UserPool } from '#local/sign-in/user-pools.ts';
import {
  noCustomResources,
  signInKey,
  type CustomResources,
  type StackContext,
} from '#local/template/stack-context.ts';
import { openStacks, type OpenStack } from '#local/template/stacks.ts';

/** Step 3 of a start: what the templates define, with every reference resolved. */
export interface Resolved extends Bound {
  readonly stacks: readonly OpenStack[];
  readonly definitions: Definitions;
  /** The API keys of all REST APIs, each with a value. */
  readonly apiKeys: readonly ApiKey[];
  /** The user pools with their users and signing keys. */
  readonly userPools: readonly UserPool[];
  /** The port of ResponseURLs, while custom resources are created. */
  readonly responsePort?: number;
}

/**
 * Reads all definitions, with what custom resources have answered. Throws an error that names the
 * resource and the property at fault.
 */
export async function resolve(
  bound: Bound,
  customResources: CustomResources = noCustomResources,
): Promise<Resolved> {
  const { templates, values, data, notices, unpack } = bound;
  const { warn } = notices;
  const stacks = await openStacks(templates, values, contextOf(bound, customResources));
  unhostedTypes(stacks).map(unhostedNotice).forEach(warn);
  [...unhostedCallers(stacks), ...withoutEffect(stacks)].forEach(warn);
  for (const { template } of stacks) {
    template.warnings.forEach(warn);
    template.notes.forEach(notices.note);
  }
  const folder = join(data, 'code');
  const definitions = await readDefinitions(stacks, {
    folder,
    unpack,
    warn,
    secret: (label) => deriveKey(bound.secrets, label),
  });
  return {
    ...bound,
    stacks,
    definitions,
    apiKeys: definitions.apiKeys.map((key) => withValue(key, bound.secrets)),
    userPools: await openUserPools(definitions.userPools, {
      data,
      origin: bound.ports.get(signInKey)?.origin ?? '',
      secret: (label) => deriveKey(bound.secrets, label),
    }),
  };
}

/** Returns what the references in the templates depend on. */
export function contextOf(
  { region, gateway, ports, secrets, notices }: Bound,
  customResources: CustomResources,
): StackContext {
  return {
    region,
    customResources,
    gatewayUrl: gateway.url,
    originOf: (key) => ports.get(key)?.origin,
    secret: (label) => deriveKey(secrets, label),
    warn: notices.warn,
  };
}

/** Gives a value to an API key whose value the template leaves to AWS. */
function withValue(key: ApiKeyDefinition, secrets: Secrets): ApiKey {
  return { ...key, value: key.value ?? deriveKey(secrets, key.id) };
}
