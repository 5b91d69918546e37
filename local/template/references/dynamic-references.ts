import { isRecord } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';
import { cannotLookUp, type Lookups } from '#local/template/references/lookups.ts';

/**
 * Returns a value in which every dynamic reference is what it refers to (CloudFormation user guide,
 * "Dynamic references"). `place` is where it is, such as `AWS::Lambda::Function/Properties/Role`.
 */
export function resolveReferences(value: unknown, lookups: Lookups, place: string): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\{\{resolve:([\w-]+):(.+?)\}\}/gsu, (text, service: string, rest) =>
      lookUp({ text, service, reference: String(rest), place }, lookups),
    );
  }
  if (Array.isArray(value)) {
    return value.map((item) => resolveReferences(item, lookups, place));
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(
    ([name, item]) => [name, resolveReferences(item, lookups, `${place}/${name}`)] as const,
  );
  return Object.fromEntries(entries);
}

interface Reference {
  readonly text: string;
  readonly service: string;
  readonly reference: string;
  readonly place: string;
}

function lookUp({ text, service, reference, place }: Reference, lookups: Lookups): string {
  switch (service) {
    case 'ssm': {
      const value = lookups.parameter(reference);
      if (value === undefined) throw cannotLookUp(text, 'ssm', reference);
      return value;
    }
    case 'secretsmanager':
      return secretValue(text, reference, lookups);
    case 'ssm-secure':
      // CloudFormation allows it for passwords of a few resources, none of which is hosted here.
      throw new Error(`${text}: SSM Secure reference is not supported in: [${place}]`);
    default:
      throw new Error(`${text}: there is no service ${service} to look values up in`);
  }
}

/** The form is `id:SecretString:json-key:version-stage:version-id`. An ARN has colons of its own. */
function secretValue(text: string, reference: string, lookups: Lookups): string {
  const parts = reference.split(':');
  const idLength = parts[0] === 'arn' ? 7 : 1;
  const id = parts.slice(0, idLength).join(':');
  const [kind = 'SecretString', key = '', stage = '', versionId = ''] = parts.slice(idLength);
  if (kind !== 'SecretString' && kind !== '') {
    throw new Error(`${text}: only SecretString can be looked up, not ${kind}`);
  }
  if (stage !== '' && versionId !== '') {
    throw new Error(`${text}: must not have both a version stage and a version id`);
  }
  const query = { id, stage: stage || undefined, versionId: versionId || undefined };
  const secret = lookups.secret(query);
  if (secret === undefined) throw cannotLookUp(text, 'secretsmanager', id);
  return key === '' ? secret : memberOf(text, secret, key);
}

function memberOf(text: string, secret: string, key: string): string {
  const value = record(parseJson(text, secret))[key];
  if (value === undefined) {
    throw new Error(`${text}: Could not find a value associated with JSONKey in SecretString`);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function parseJson(text: string, secret: string): unknown {
  try {
    return JSON.parse(secret);
  } catch {
    // The parser's own error would show the secret.
    throw new Error(`${text}: Could not parse SecretString JSON`);
  }
}
