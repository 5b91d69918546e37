import { createHmac, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

/** The secrets of a data directory, created at random once. */
export interface Secrets {
  readonly credentials: Credentials;
  /** The seed of all other keys. */
  readonly apiKeySeed: string;
}

/**
 * Reserves a data directory for this process and returns a function that releases it. Throws if
 * another process is using it: two systems would take each other's messages.
 */
export async function lockDataDirectory(path: string): Promise<() => Promise<void>> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const file = join(path, 'in-use-by');
  const owner = existsSync(file) ? Number(await readFile(file, 'utf8')) : undefined;
  if (owner !== undefined && owner !== process.pid && isAlive(owner)) {
    throw new Error(`${path} is in use by process ${owner}. Stop it, or use another with --data.`);
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

/** The version of what a data directory contains. Version 1 had no version file. */
const dataVersion = 2;

/**
 * Opens a data directory and returns its secrets. Creates both if they do not exist. Throws if a
 * newer version wrote the directory.
 */
export async function openDataDirectory(path: string): Promise<Secrets> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await checkVersion(path);
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

async function checkVersion(path: string): Promise<void> {
  const file = join(path, 'version');
  const version = existsSync(file) ? Number(await readFile(file, 'utf8')) : 1;
  if (version > dataVersion) {
    const hint = 'Use that version, or another folder with --data.';
    throw new Error(`${path} was written by a newer version (format ${version}). ${hint}`);
  }
  if (version < dataVersion) await writeFile(file, String(dataVersion));
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
    throw new Error(`${file} is damaged. Delete it, and new secrets are created.`);
  }
  return { credentials: { accessKeyId, secretAccessKey }, apiKeySeed };
}

function randomText(length: number, alphabet: string): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
}

/** Returns a key of 40 characters, always the same for the same secrets and label. */
export function deriveKey({ apiKeySeed }: Secrets, label: string): string {
  return createHmac('sha256', apiKeySeed)
    .update(label)
    .digest('base64url')
    .replaceAll(/[-_]/gu, 'x')
    .slice(0, 40);
}
