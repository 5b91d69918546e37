import type { ServiceSettings } from '#local/gateway/service-settings.ts';
import { join } from 'node:path';
import { createJsonEngine } from '#local/wire/aws-json.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { writeIfPossible } from '#local/process/disk.ts';
import {
  documentSchema,
  openDocuments,
  readDocuments,
  type Documents,
} from '#local/process/documents.ts';
import { openStore } from '#local/process/store.ts';
import { secretShape, type Secret, type Secrets } from '#local/secrets-manager/secret.ts';
import { invalidInput } from '#local/secrets-manager/secret-errors.ts';
import { secretOperations } from '#local/secrets-manager/secret-operations.ts';
import { valueOperations } from '#local/secrets-manager/value-operations.ts';

/** A local Secrets Manager. */
export interface SecretsManager {
  readonly engine: Engine;
  readonly secrets: Secrets;
  close(): void;
}

const fileIn = (data: string): string => join(data, 'secrets-manager.sqlite');

const kind = 'secret';

/** Returns the stored secrets without opening their store. */
export function readStoredSecrets(data: string): readonly Secret[] {
  return readDocuments(fileIn(data), kind, secretShape);
}

/** Creates a local Secrets Manager, stored on disk. */
export function createSecretsManager(options: ServiceSettings): SecretsManager {
  const { data, disk, credentials, region, clock } = options;
  const store = openStore(fileIn(data), documentSchema, disk);
  const now = (): number => Math.floor(clock.now());
  const secrets = withoutPurged(openDocuments(store, kind, secretShape), now);
  const api = { secrets, region, now };
  const engine = createJsonEngine({
    credentials,
    target: 'secretsmanager',
    version: '1.1',
    refuse: invalidInput,
    operations: new Map([...secretOperations(api), ...valueOperations(api)]),
  });
  return { engine, secrets, close: () => store.close() };
}

/** Deletes the secrets whose recovery window is over, when somebody looks. */
function withoutPurged(secrets: Documents<Secret>, now: () => number): Secrets {
  const isOver = ({ purgeAt = Infinity }: Secret): boolean => purgeAt <= now();
  const all = (): readonly Secret[] => {
    for (const { arn } of secrets.all().filter(isOver)) {
      writeIfPossible(() => secrets.delete(arn));
    }
    return secrets.all().filter((secret) => !isOver(secret));
  };
  return { ...secrets, all, get: (arn) => all().find((secret) => secret.arn === arn) };
}
