import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { unzipSync, type UnzipFileFilter, type Unzipped } from 'fflate';
import { invalidParameter } from '#local/lambda/api/lambda-errors.ts';
import { writeFiles } from '#local/lambda/definition/unpack-archive.ts';
import type { CodeArchive } from '#local/lambda/definition/function-definition.ts';

/** Code that was uploaded as an archive. */
export interface UploadedCode {
  /** The folder to which the archive is unpacked. */
  readonly root: string;
  readonly archive: CodeArchive;
}

/** Unpacks uploaded archives. */
export interface CodeUploads {
  /** Returns what Lambda reports of an archive. Throws its error for one that it refuses. */
  check(zip: Buffer): CodeArchive;
  /** Unpacks an archive into a folder of its own: environments still run the code before it. */
  unpack(key: string, zip: Buffer): Promise<UploadedCode>;
  /** Returns an object of a bucket here. Throws Lambda's error if it does not exist. */
  readObject(bucket: string, key: string): Promise<Buffer>;
}

export interface UploadsOptions {
  /** What an earlier system has unpacked there is removed before the first upload. */
  readonly folder: string;
  readonly readObject: CodeUploads['readObject'];
}

/** The largest size of a function's code and layers, unpacked. */
const maxUnpackedBytes = 262_144_000;

/** Returns the place for uploaded code. */
export function createCodeUploads({ folder, readObject }: UploadsOptions): CodeUploads {
  let count = 0;
  let cleared: Promise<void> | undefined;
  return {
    readObject,
    check(zip) {
      unzip(zip);
      return describe(zip);
    },
    async unpack(key, zip) {
      const files = unzip(zip);
      cleared ??= rm(folder, { recursive: true, force: true });
      await cleared;
      count += 1;
      const root = resolve(join(folder, `${key.replaceAll(/[^\w-]/gu, '-')}-${count}`));
      await mkdir(root, { recursive: true });
      await writeFiles(files, root);
      return { root, archive: describe(zip) };
    },
  };
}

function describe(zip: Buffer): CodeArchive {
  return { sha256: createHash('sha256').update(zip).digest('base64'), bytes: zip.length };
}

function unzip(zip: Buffer): Unzipped {
  let unpackedBytes = 0;
  const files = unzipOrRefuse(zip, ({ originalSize }) => {
    unpackedBytes += originalSize;
    return unpackedBytes <= maxUnpackedBytes;
  });
  if (unpackedBytes > maxUnpackedBytes) {
    throw invalidParameter(`Unzipped size must be smaller than ${maxUnpackedBytes} bytes`);
  }
  if (Object.keys(files).length > 0) return files;
  throw invalidParameter('Uploaded file must be a non-empty zip');
}

function unzipOrRefuse(zip: Buffer, filter: UnzipFileFilter): Unzipped {
  try {
    return unzipSync(zip, { filter });
  } catch {
    throw invalidParameter(
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    );
  }
}
