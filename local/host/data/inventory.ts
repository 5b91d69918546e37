import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { glob, readFile, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeWhole } from '#local/process/write-whole.ts';
import {
  integer,
  list,
  map,
  readShape,
  string,
  structure,
  type Shaped,
} from '#local/wire/shape.ts';

/** A file as it was when the system stopped. Times are in milliseconds since 1970. */
const sealShape = structure({ size: integer(), modifiedAt: integer(), sha256: string() });

type Seal = Shaped<typeof sealShape>;

/** `required` must exist and not be empty. `seals` is there only while no system is running. */
const contentsShape = structure({ required: list(string()) }, { seals: map(sealShape) });

type Contents = Shaped<typeof contentsShape>;

/**
 * The record of what a data directory contains. Without it, a store whose file is missing or empty
 * would start as a new one, and LevelDB would skip what it cannot read.
 */
export interface Inventory {
  /** Adds the stores that exist, and forgets seals and logs: stores open or close, and files change. */
  changing(): Promise<void>;
  /** Adds the stores and the logs that they write: without them, a killed system would lose data. */
  opened(): Promise<void>;
  /** Seals all files. Nothing may write to the directory any more. */
  stopped(): Promise<void>;
  /** Removes the inventory, which takes no space on the disk. */
  forget(): Promise<void>;
}

/** Checks a data directory against its inventory. Throws an error that names a wrong file. */
export async function openInventory(folder: string): Promise<Inventory> {
  const file = join(folder, 'inventory.json');
  const before = await readContents(file);
  const broken = await findBroken(folder, before);
  if (broken !== undefined) {
    const hint = `Restore it from a copy, or delete ${file} to start with what is left.`;
    throw new Error(`${join(folder, broken.name)} ${broken.what}. ${hint}`);
  }
  const write = async (more: readonly string[], seals?: Contents['seals']): Promise<void> => {
    const stores = (await listFiles(folder)).filter((name) => storeFile.test(name));
    const known = before.required.filter((name) => storeFile.test(name));
    const required = [...new Set([...known, ...stores, ...more])].toSorted();
    await writeWhole(file, `${JSON.stringify({ required, seals }, undefined, 1)}\n`);
  };
  return {
    changing: () => write([]),
    opened: async () => write([levelLogs, ...(await listFiles(folder)).filter(isSqliteLog)]),
    stopped: async () => write([], await sealAll(folder, before.seals)),
    forget: () => rm(file, { force: true }),
  };
}

async function readContents(file: string): Promise<Contents> {
  const damaged = (): Error =>
    new Error(`${file} is damaged. Delete it to start without a check of the other files.`);
  const text = await readIfExists(file);
  if (text === undefined) return { required: [] };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged();
  }
  return readShape(contentsShape, json, damaged);
}

/** Returns the content of a file, or undefined if it does not exist. */
export async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The files that exist from their creation on. The others come and go. */
const storeFile = /^(?:secrets\.json|version|dynamodb\/CURRENT|.+\.(?:sqlite|pem))$/u;

const isSqliteLog = (name: string): boolean => name.endsWith('.sqlite-wal');

/** LevelDB replaces its log from time to time, but there always is one with content. */
const levelLogs = 'dynamodb/*.log';

/** Files that hold no data, or that each start writes anew. */
const unsealed =
  /^(?:inventory\.json|in-use-by|lock|(?:runtime|code)\/.*|dynamodb\/LO(?:CK|G.*)|space-.*|.*\.part|.*-shm)$/u;

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(glob('**', { cwd: folder, withFileTypes: true }));
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .map((name) => name.replaceAll(sep, '/'))
    .filter((name) => !unsealed.test(name));
}

interface Broken {
  readonly name: string;
  readonly what: string;
}

async function findBroken(
  folder: string,
  { required, seals = {} }: Contents,
): Promise<Broken | undefined> {
  for (const name of new Set([...required, ...Object.keys(seals)])) {
    const seal = seals[name];
    const found =
      name === levelLogs ? await findLevelLog(folder) : await describeFile(join(folder, name));
    if (found === undefined) return { name, what: 'is missing' };
    const wasEmpty = seal?.size === 0;
    if (found.size === 0 && !wasEmpty) return { name, what: 'is empty' };
    if (seal !== undefined && !(await matches(join(folder, name), found, seal))) {
      return { name, what: 'has been damaged or changed since the system stopped' };
    }
  }
  return undefined;
}

type FileFacts = Omit<Seal, 'sha256'>;

async function describeFile(path: string): Promise<FileFacts | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { size: found.size, modifiedAt: Math.floor(found.mtimeMs) };
}

async function findLevelLog(folder: string): Promise<FileFacts | undefined> {
  const names = await Array.fromAsync(glob(levelLogs, { cwd: folder }));
  const logs = await Promise.all(names.map((name) => describeFile(join(folder, name))));
  return logs.find((log) => log !== undefined && log.size > 0) ?? logs[0];
}

/** A file that is as large and as old as before is not read again. A copied file is. */
async function matches(path: string, found: FileFacts, seal: Seal): Promise<boolean> {
  if (found.size !== seal.size) return false;
  return found.modifiedAt === seal.modifiedAt || (await hashFile(path)) === seal.sha256;
}

async function sealAll(
  folder: string,
  before: Contents['seals'] = {},
): Promise<NonNullable<Contents['seals']>> {
  const seals: Record<string, Seal> = {};
  for (const name of (await listFiles(folder)).toSorted()) {
    const path = join(folder, name);
    const found = await describeFile(path);
    if (found === undefined) continue;
    const seal = before[name];
    const isSame = seal?.size === found.size && seal.modifiedAt === found.modifiedAt;
    seals[name] = { ...found, sha256: isSame ? seal.sha256 : await hashFile(path) };
  }
  return seals;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
