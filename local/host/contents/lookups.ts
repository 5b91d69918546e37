import { deriveKey, type Secrets } from '#local/host/data/data-directory.ts';
import { createMemoryDocuments } from '#local/process/documents.ts';
import { findSecret, requireVersion } from '#local/secrets-manager/find-secret.ts';
import {
  declareSecret,
  givenSecret,
  readSecret,
  type SecretDeclaration,
} from '#local/secrets-manager/read-secrets.ts';
import { readStoredSecrets } from '#local/secrets-manager/secrets-manager.ts';
import { selectParameter } from '#local/ssm/get-parameters.ts';
import {
  declareParameter,
  givenParameter,
  readParameter,
  type ParameterDeclaration,
} from '#local/ssm/read-parameters.ts';
import { readStoredParameters } from '#local/ssm/ssm.ts';
import type { Lookups, SecretReference } from '#local/template/references/lookups.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';

/** The parameters and secrets whose values options give, by name. */
export interface GivenValues {
  readonly parameters: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, string>;
}

/** Divides the values of `--parameter` into those of the template and those that it looks up. */
export function splitParameters(all: Readonly<Record<string, string>>): {
  readonly parameters: Readonly<Record<string, string>>;
  readonly given: GivenValues;
} {
  const entries = Object.entries(all);
  const withPrefix = (prefix: string): ReadonlyMap<string, string> =>
    new Map(
      entries.flatMap(([name, value]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
      ),
    );
  const own = entries.filter(([name]) => !/^(?:ssm|secretsmanager):/u.test(name));
  return {
    parameters: Object.fromEntries(own),
    given: { parameters: withPrefix('ssm:'), secrets: withPrefix('secretsmanager:') },
  };
}

/** Where values are looked up. */
export interface LookupSources {
  readonly data: string;
  readonly region: string;
  readonly given: GivenValues;
  readonly secrets: Secrets;
}

/**
 * Returns lookups among what options give, what some stacks declare, and what the data directory
 * has. A declared value is what will be stored when the system has started.
 */
export function createLookups(sources: LookupSources): (stacks: readonly OpenStack[]) => Lookups {
  return (stacks) => ({
    parameter: guarded((reference) => lookUpParameter(sources, stacks, reference)),
    secret: guarded((reference) => lookUpSecret(sources, stacks, reference)),
  });
}

/** Of a value that refers to itself, only what is stored is known: the inner lookup finds nothing. */
function guarded<Reference>(
  lookUp: (reference: Reference) => string | undefined,
): (reference: Reference) => string | undefined {
  const active = new Set<string>();
  return (reference) => {
    const key = JSON.stringify(reference);
    if (active.has(key)) return undefined;
    active.add(key);
    try {
      return lookUp(reference);
    } finally {
      active.delete(key);
    }
  };
}

function lookUpParameter(
  { data, region, given }: LookupSources,
  stacks: readonly OpenStack[],
  reference: string,
): string | undefined {
  const name = reference.replace(/:[^:]*$/u, '');
  const parameters = createMemoryDocuments(
    readStoredParameters(data).map((each) => [each.name, each] as const),
  );
  const found = findDeclared(stacks, 'AWS::SSM::Parameter', (ref) => ref === name);
  const declared = declaredValues({ given, region }, { parameters: found.map(readParameter) });
  for (const each of declared.parameters) declareParameter(parameters, each, 0);
  if (parameters.get(name) === undefined) return undefined;
  const { version } = selectParameter(parameters, region, reference);
  if (version.type !== 'SecureString') return version.value;
  throw new Error(`${name} is a SecureString, which CloudFormation does not look up`);
}

function lookUpSecret(
  { data, region, given, secrets: seeds }: LookupSources,
  stacks: readonly OpenStack[],
  { id, stage, versionId }: SecretReference,
): string | undefined {
  const secrets = createMemoryDocuments(
    readStoredSecrets(data).map((each) => [each.arn, each] as const),
  );
  const found = findDeclared(stacks, 'AWS::SecretsManager::Secret', (ref, resourceName) =>
    [ref, ref.slice(0, -7), resourceName].includes(id),
  );
  const read = found.map((resource) => readSecret(resource, (label) => deriveKey(seeds, label)));
  for (const each of declaredValues({ given, region }, { secrets: read }).secrets) {
    declareSecret(secrets, each, 0);
  }
  const secret = findSecret(secrets, id);
  if (secret === undefined || secret.deletedAt !== undefined) return undefined;
  return requireVersion(secret, { id: versionId, stage }).text;
}

/** Finds a resource of some stacks by its reference or its name. Only that one is resolved. */
function findDeclared(
  stacks: readonly OpenStack[],
  type: string,
  isWanted: (ref: string, name: unknown) => boolean,
): readonly Resource[] {
  for (const stack of stacks) {
    const { template, scope } = stack;
    for (const [logicalId, resource] of template.resources) {
      const { condition } = resource;
      const isDeclared =
        resource.type === type && (condition === undefined || scope.condition(condition));
      if (isDeclared && isWanted(String(scope.ref(logicalId)), nameOf(stack, logicalId, type))) {
        return [stack.resource(logicalId)];
      }
    }
  }
  return [];
}

function nameOf({ scope }: OpenStack, logicalId: string, type: string): unknown {
  return type === 'AWS::SecretsManager::Secret' ? scope.attribute(logicalId, 'Name') : undefined;
}

interface DeclaredValues {
  readonly parameters: readonly ParameterDeclaration[];
  readonly secrets: readonly SecretDeclaration[];
}

/** What is stored at a start: what options give, and what the template declares and they do not. */
export function declaredValues(
  { given, region }: Pick<LookupSources, 'given' | 'region'>,
  { parameters = [], secrets = [] }: Partial<DeclaredValues>,
): DeclaredValues {
  return {
    parameters: [
      ...[...given.parameters].map(([name, value]) => givenParameter(name, value)),
      ...parameters.filter(({ input }) => !given.parameters.has(input.Name)),
    ],
    secrets: [
      ...[...given.secrets].map(([name, text]) => givenSecret(name, text, region)),
      ...secrets.filter(({ name }) => !given.secrets.has(name)),
    ],
  };
}
