import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

/** What a data directory keeps secret: made once, never a well-known value. */
export interface Secrets {
  readonly credentials: Credentials;
  /** From which the values of API keys are made. */
  readonly apiKeySeed: string;
}

/**
 * Keeps a data directory for this process, and gives what lets go of it. Throws where another
 * process has it: two would take each other's messages.
 */
export async function lockDataDirectory(path: string): Promise<() => Promise<void>> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const file = join(path, 'in-use-by');
  const holder = existsSync(file) ? Number(await readFile(file, 'utf8')) : undefined;
  if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
    throw new Error(
      `${path} is in use by process ${holder}. End it, or choose another with --data.`,
    );
  }
  await writeFile(file, String(process.pid));
  return () => rm(file, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Opens a data directory, making it and its secrets when it is new. */
export async function openDataDirectory(path: string): Promise<Secrets> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const file = join(path, 'secrets.json');
  if (existsSync(file)) return readSecrets(file);
  const secrets: Secrets = {
    credentials: {
      accessKeyId: `AKIA${randomText(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
      secretAccessKey: randomBytes(30).toString('base64url'),
    },
    apiKeySeed: randomBytes(32).toString('base64url'),
  };
  await writeFile(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

async function readSecrets(file: string): Promise<Secrets> {
  const json: unknown = JSON.parse(await readFile(file, 'utf8'));
  const { credentials, apiKeySeed } = isRecord(json) ? json : {};
  const { accessKeyId, secretAccessKey } = isRecord(credentials) ? credentials : {};
  if (
    typeof accessKeyId !== 'string' ||
    typeof secretAccessKey !== 'string' ||
    typeof apiKeySeed !== 'string'
  ) {
    throw new Error(`${file} is damaged. Remove it, and new secrets are made.`);
  }
  return { credentials: { accessKeyId, secretAccessKey }, apiKeySeed };
}

function randomText(length: number, alphabet: string): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
}
