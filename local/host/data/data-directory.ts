import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openInventory, readIfExists } from '#local/host/data/inventory.ts';
import { lockDataDirectory } from '#local/host/data/lock.ts';
import { createDisk, DiskError, type Disk } from '#local/process/disk.ts';
import { writeWhole } from '#local/process/write-whole.ts';
import { isRecord } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

/** The secrets of a data directory, created at random once. */
export interface Secrets {
  readonly credentials: Credentials;
  /** The seed of all other keys. */
  readonly apiKeySeed: string;
}

/** A data directory that belongs to this process. */
export interface DataDirectory {
  readonly secrets: Secrets;
  readonly disk: Disk;
  /** Prepares for stores that open their files. */
  opening(): Promise<void>;
  /**
   * Records that all stores are open: from now on, a start without one of them fails. `closing` is
   * disposed before they close.
   */
  opened(closing: AsyncDisposableStack): Promise<void>;
}

/**
 * Opens a data directory and creates it if needed; `closing` gives it up. Throws if another system
 * uses it, if a newer version wrote it, if a file is missing or damaged, or if the disk is full.
 */
export async function openDataDirectory(
  path: string,
  closing: AsyncDisposableStack,
): Promise<DataDirectory> {
  const disk = await openDisk(path);
  try {
    closing.defer(await lockDataDirectory(path));
    await checkVersion(path);
    const inventory = await openInventory(path);
    return {
      disk,
      secrets: await openSecrets(path),
      opening: () => inventory.changing(),
      async opened(storesClosing) {
        await inventory.opened();
        // On a full disk these fail. The next start then checks less, and refuses nothing good.
        storesClosing.defer(() => inventory.changing().catch(() => inventory.forget()));
        closing.defer(() => inventory.stopped().catch(() => undefined));
      },
    };
  } catch (error) {
    throw disk.failed(error);
  }
}

/** The space that a start needs for its new files. */
const startBytes = 3 * 1024 * 1024;

/** Creates the folder. On a full disk nothing is left of it, and nothing in it is changed. */
async function openDisk(path: string): Promise<Disk> {
  const created = await mkdir(path, { recursive: true, mode: 0o700 });
  const disk = createDisk(path);
  if (disk.hasRoomFor(startBytes)) return disk;
  if (created !== undefined) await rm(created, { recursive: true });
  throw new DiskError(
    `${path} cannot be written: the disk is full or read-only. Free some space, and start again.`,
  );
}

/** The version of what a data directory contains. Version 1 had no version file. */
const dataVersion = 3;

async function checkVersion(path: string): Promise<void> {
  const file = join(path, 'version');
  const version = Number((await readIfExists(file)) ?? 1);
  if (!Number.isInteger(version)) {
    throw new Error(`${file} is damaged. Restore it from a copy, or use another with --data.`);
  }
  if (version > dataVersion) {
    const hint = 'Use that version, or another folder with --data.';
    throw new Error(`${path} was written by a newer version (format ${version}). ${hint}`);
  }
  if (version < dataVersion) await writeWhole(file, String(dataVersion));
}

async function openSecrets(path: string): Promise<Secrets> {
  const file = join(path, 'secrets.json');
  const text = await readIfExists(file);
  if (text !== undefined) return parseSecrets(text, file);
  const secrets: Secrets = {
    credentials: {
      accessKeyId: `AKIA${randomText(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
      secretAccessKey: randomBytes(30).toString('base64url'),
    },
    apiKeySeed: randomBytes(32).toString('base64url'),
  };
  await writeWhole(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

function parseSecrets(text: string, file: string): Secrets {
  const json = parseJson(text);
  const { credentials, apiKeySeed } = isRecord(json) ? json : {};
  const { accessKeyId, secretAccessKey } = isRecord(credentials) ? credentials : {};
  if (
    typeof accessKeyId !== 'string' ||
    typeof secretAccessKey !== 'string' ||
    typeof apiKeySeed !== 'string'
  ) {
    const hint = 'Restore it from a copy, or delete it and inventory.json for new secrets.';
    throw new Error(`${file} is damaged. ${hint}`);
  }
  return { credentials: { accessKeyId, secretAccessKey }, apiKeySeed };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
