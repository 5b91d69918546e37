import { describeProblems } from '#local/wire/describe-problems.ts';
import { isRecord, readShape } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';
import { readTags, type Properties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';
import { secretArn } from '#local/secrets-manager/find-secret.ts';
import {
  passwordShape,
  randomPassword,
  seededChoices,
} from '#local/secrets-manager/random-password.ts';
import { addVersion, type Secret, type Secrets } from '#local/secrets-manager/secret.ts';

/** A secret that a template declares, or that an option gives. */
export interface SecretDeclaration {
  readonly by: 'template' | 'option';
  readonly arn: string;
  readonly name: string;
  readonly text: string;
  readonly description?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Reads an AWS::SecretsManager::Secret. A generated value is made from `secret`, so that it is the
 * same at every start.
 */
export function readSecret(
  { key, logicalId, properties, stack }: Resource,
  secret: (label: string) => string,
): SecretDeclaration {
  return {
    by: 'template',
    arn: String(stack.scope.ref(logicalId)),
    name: String(stack.scope.attribute(logicalId, 'Name')),
    text: readText(properties, (label) => secret(`secret ${key} ${label}`)),
    description: properties.optionalText('Description'),
    kmsKeyId: properties.optionalText('KmsKeyId'),
    tags: readTags(properties),
  };
}

/** CloudFormation generates a value also if the template says nothing about it. */
function readText(properties: Properties, secret: (label: string) => string): string {
  const { key } = properties;
  const text = properties.raw('SecretString');
  if (text !== undefined)
    return isRecord(text) ? JSON.stringify(text) : properties.text('SecretString');
  const generate = properties.nested('GenerateSecretString');
  const template = generate.optionalText('SecretStringTemplate');
  const name = generate.optionalText('GenerateStringKey');
  if ((template === undefined) !== (name === undefined)) {
    throw new Error(`${key}: SecretStringTemplate and GenerateStringKey must be used together`);
  }
  const written = withTypes(record(properties.raw('GenerateSecretString')));
  const rules = readShape(
    passwordShape,
    written,
    (problems) => new Error(describeProblems(`${key}.GenerateSecretString`, problems)),
  );
  const password = randomPassword(rules, seededChoices(secret(JSON.stringify(rules))));
  if (template === undefined || name === undefined) return password;
  return JSON.stringify({ ...parseTemplate(template, key), [name]: password });
}

/** CloudFormation takes numbers and booleans as texts, too. */
function withTypes(written: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(written).map(([name, value]) => {
    if (value === 'true' || value === 'false') return [name, value === 'true'] as const;
    return [name, name === 'PasswordLength' ? Number(value) : value] as const;
  });
  return Object.fromEntries(entries);
}

function parseTemplate(template: string, key: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(template);
    if (isRecord(json)) return json;
  } catch {
    // The error below is thrown for everything that is not an object.
  }
  throw new Error(`${key}.GenerateSecretString.SecretStringTemplate: must be a JSON object`);
}

/** Returns the declaration of a secret whose value an option gives, by name or by ARN. */
export function givenSecret(id: string, text: string, region: string): SecretDeclaration {
  const name = id.replace(/^arn:.+:secret:(.+)-\w{6}$/u, '$1');
  const arn = id === name ? secretArn(region, name, name) : id;
  return { by: 'option', arn, name, text, tags: {} };
}

/**
 * Stores a declared secret, unless its declaration is the one that was stored before: what was
 * changed by the API since then stays, as on AWS until the stack changes the secret.
 */
export function declareSecret(secrets: Secrets, declared: SecretDeclaration, nowMs: number): void {
  const { arn, name, text, tags, description, kmsKeyId } = declared;
  const declaration = JSON.stringify(declared);
  const existing = secrets.get(arn);
  if (existing?.declaration === declaration) return;
  // A secret that the API made under the same name is taken over.
  const other = secrets.all().find((secret) => secret.name === name && secret.arn !== arn);
  if (other !== undefined) secrets.delete(other.arn);
  const empty = { name, arn, tags, versions: [], createdAt: nowMs, changedAt: nowMs };
  const { deletedAt: _, purgeAt: __, ...secret }: Secret = existing ?? empty;
  const version = { id: crypto.randomUUID(), text, createdAt: nowMs };
  const changed = addVersion(secret, version, ['AWSCURRENT']);
  secrets.put(arn, { ...changed, declaration, description, kmsKeyId, tags, changedAt: nowMs });
}

/** Deletes the secrets that a template declared and no longer does, as an update of its stack. */
export function removeUndeclaredSecrets(
  secrets: Secrets,
  declared: readonly SecretDeclaration[],
): void {
  const arns = new Set(declared.map(({ arn }) => arn));
  for (const { arn, declaration } of secrets.all()) {
    const isTemplates = declaration?.startsWith('{"by":"template"') === true;
    if (isTemplates && !arns.has(arn)) secrets.delete(arn);
  }
}
