import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { integer, string, structure, type Shaped } from '#local/wire/shape.ts';
import type { Disk } from '#local/process/disk.ts';
import { openStore, type Store } from '#local/process/store.ts';
import { writeWhole } from '#local/process/write-whole.ts';

const schema = `
CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, created_at INTEGER);
CREATE TABLE IF NOT EXISTS locations (bucket TEXT PRIMARY KEY, location TEXT);
CREATE TABLE IF NOT EXISTS cors (bucket TEXT PRIMARY KEY, body TEXT, base TEXT);
CREATE TABLE IF NOT EXISTS objects (
  bucket TEXT, key TEXT, file TEXT, size INTEGER, etag TEXT, headers TEXT, modified_at INTEGER,
  PRIMARY KEY (bucket, key));
CREATE TABLE IF NOT EXISTS uploads (
  id TEXT PRIMARY KEY, bucket TEXT, key TEXT, headers TEXT, created_at INTEGER);
CREATE TABLE IF NOT EXISTS parts (
  upload TEXT, number INTEGER, file TEXT, size INTEGER, etag TEXT, PRIMARY KEY (upload, number));
`;

const objectShape = structure({
  key: string(),
  /** The name of the file with its bytes. */
  file: string(),
  size: integer(),
  etag: string(),
  /** The headers that are returned with it, in JSON. */
  headers: string(),
  modifiedAt: integer(),
});

/** An object in a bucket. */
export type StoredObject = Shaped<typeof objectShape>;

const uploadShape = structure({
  id: string(),
  bucket: string(),
  key: string(),
  headers: string(),
  createdAt: integer(),
});

/** A multipart upload that is not complete. */
export type Upload = Shaped<typeof uploadShape>;

const partShape = structure({ number: integer(), file: string(), size: integer(), etag: string() });

/** A part of a multipart upload. */
export type Part = Shaped<typeof partShape>;

const bucketShape = structure({
  name: string(),
  createdAt: integer(),
  /** The location constraint, which is empty for us-east-1. */
  location: string(),
});

/** A bucket. */
export type Bucket = Shaped<typeof bucketShape>;

const corsShape = structure({
  /** The body of the request that changed the rules; empty if it deleted them. */
  body: string(),
  /** The rules that the template had then. */
  base: string(),
});

/** A change of a bucket's CORS rules. */
export type CorsChange = Shaped<typeof corsShape>;

/** Buckets, objects and incomplete uploads. The bytes are files, and the rest is in a database. */
export interface ObjectStore {
  /** Stores a bucket, unless it exists. */
  makeBucket(bucket: Bucket): void;
  deleteBucket(name: string): void;
  buckets(): readonly Bucket[];
  findCors(bucket: string): CorsChange | undefined;
  putCors(bucket: string, change: CorsChange): void;
  /** Writes bytes to a new file and returns its name. No object refers to it yet. */
  write(body: Buffer): Promise<string>;
  read(file: string): Promise<Buffer>;
  /** Deletes a file to which no object refers. */
  discard(file: string): Promise<void>;
  /** Stores an object, and replaces an earlier one with the same key. */
  put(bucket: string, object: StoredObject): Promise<void>;
  find(bucket: string, key: string): StoredObject | undefined;
  /** Returns whether the object existed. */
  delete(bucket: string, key: string): Promise<boolean>;
  /** Returns the objects whose keys follow `after`, in the order of their keys. */
  list(bucket: string, prefix: string, after: string): readonly StoredObject[];
  beginUpload(upload: Upload): void;
  findUpload(id: string): Upload | undefined;
  uploads(bucket: string): readonly Upload[];
  putPart(upload: string, part: Part): Promise<void>;
  parts(upload: string): readonly Part[];
  endUpload(id: string): Promise<void>;
  close(): void;
}

/** Opens the object store in a folder, which it creates if necessary. */
export async function openObjectStore(folder: string, disk: Disk): Promise<ObjectStore> {
  await mkdir(folder, { recursive: true });
  const store = openStore(join(folder, 'objects.sqlite'), schema, disk);
  await checkFiles(store, folder);
  const columns = 'key, file, size, etag, headers, modified_at AS modifiedAt';
  const find = store.rows(
    `SELECT ${columns} FROM objects WHERE bucket = ? AND key = ?`,
    objectShape,
  );
  const put = store.change('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?)');
  const remove = store.change('DELETE FROM objects WHERE bucket = ? AND key = ?');
  const discard = (file: string | undefined): Promise<void> =>
    file === undefined ? Promise.resolve() : rm(join(folder, file), { force: true });
  const list = store.rows(
    `SELECT ${columns} FROM objects WHERE bucket = ? AND substr(key, 1, length(?2)) = ?2 AND key > ?3 ORDER BY key`,
    objectShape,
  );
  return {
    ...createUploads(store, discard),
    ...createBuckets(store),
    write: (body) => writeObject(folder, body, disk),
    read: (file) => readFile(join(folder, file)),
    discard,
    async put(bucket, { key, file, size, etag, headers, modifiedAt }) {
      const previousFile = find(bucket, key)[0]?.file;
      put(bucket, key, file, size, etag, headers, modifiedAt);
      await discard(previousFile);
    },
    find: (bucket, key) => find(bucket, key)[0],
    async delete(bucket, key) {
      const object = find(bucket, key)[0];
      remove(bucket, key);
      await discard(object?.file);
      return object !== undefined;
    },
    list: (bucket, prefix, after) => list(bucket, prefix, after),
    close: () => store.close(),
  };
}

type Buckets = Pick<
  ObjectStore,
  'makeBucket' | 'deleteBucket' | 'buckets' | 'findCors' | 'putCors'
>;

function createBuckets(store: Store): Buckets {
  const make = store.change('INSERT OR IGNORE INTO buckets VALUES (?, ?)');
  const locate = store.change('INSERT OR IGNORE INTO locations VALUES (?, ?)');
  const tables = ['locations WHERE bucket', 'cors WHERE bucket', 'buckets WHERE name'];
  const removals = tables.map((place) => store.change(`DELETE FROM ${place} = ?`));
  const findCors = store.rows('SELECT body, base FROM cors WHERE bucket = ?', corsShape);
  const putCors = store.change('INSERT OR REPLACE INTO cors VALUES (?, ?, ?)');
  return {
    makeBucket: ({ name, createdAt, location }) =>
      store.transaction(() => {
        const { count } = make(name, createdAt);
        if (count > 0) locate(name, location);
      }),
    deleteBucket: (name) => store.transaction(() => removals.forEach((remove) => remove(name))),
    buckets: store.rows(
      "SELECT name, created_at AS createdAt, coalesce(location, '') AS location FROM buckets " +
        'LEFT JOIN locations ON bucket = name ORDER BY name',
      bucketShape,
    ),
    findCors: (bucket) => findCors(bucket)[0],
    putCors: (bucket, { body, base }) => void putCors(bucket, body, base),
  };
}

/** Writes bytes to a new file, whose name begins with their checksum. */
async function writeObject(folder: string, body: Buffer, disk: Disk): Promise<string> {
  const file = `${createHash('sha256').update(body).digest('hex').slice(0, 16)}-${randomUUID()}`;
  try {
    await writeWhole(join(folder, file), body);
    return file;
  } catch (error) {
    throw disk.failed(error);
  }
}

const fileShape = structure({ file: string(), size: integer() });

/** Throws an error that names the file of an object or a part if it is missing or cut off. */
async function checkFiles(store: Store, folder: string): Promise<void> {
  const files = store.rows(
    'SELECT file, size FROM objects UNION ALL SELECT file, size FROM parts',
    fileShape,
  );
  for (const { file, size } of files()) {
    const path = join(folder, file);
    const found = await stat(path).catch(() => undefined);
    if (found?.size === size) continue;
    store.close();
    const what = found === undefined ? 'missing' : 'damaged';
    throw new Error(
      `${path} is ${what}. Restore it from a copy, or use another folder with --data.`,
    );
  }
}

type Uploads = Pick<
  ObjectStore,
  'beginUpload' | 'findUpload' | 'uploads' | 'putPart' | 'parts' | 'endUpload'
>;

function createUploads(
  store: Store,
  discard: (file: string | undefined) => Promise<void>,
): Uploads {
  const columns = 'id, bucket, key, headers, created_at AS createdAt';
  const begin = store.change('INSERT INTO uploads VALUES (?, ?, ?, ?, ?)');
  const find = store.rows(`SELECT ${columns} FROM uploads WHERE id = ?`, uploadShape);
  const parts = store.rows(
    'SELECT number, file, size, etag FROM parts WHERE upload = ? ORDER BY number',
    partShape,
  );
  const putPart = store.change('INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?)');
  const end = store.change('DELETE FROM uploads WHERE id = ?');
  const endParts = store.change('DELETE FROM parts WHERE upload = ?');
  return {
    beginUpload: ({ id, bucket, key, headers, createdAt }) =>
      void begin(id, bucket, key, headers, createdAt),
    findUpload: (id) => find(id)[0],
    uploads: store.rows(
      `SELECT ${columns} FROM uploads WHERE bucket = ? ORDER BY key`,
      uploadShape,
    ),
    async putPart(upload, { number, file, size, etag }) {
      const previousFile = parts(upload).find((part) => part.number === number)?.file;
      putPart(upload, number, file, size, etag);
      await discard(previousFile);
    },
    parts: (upload) => parts(upload),
    async endUpload(id) {
      const files = parts(id).map(({ file }) => file);
      endParts(id);
      end(id);
      await Promise.all(files.map(discard));
    },
  };
}
