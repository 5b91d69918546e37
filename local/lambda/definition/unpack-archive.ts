import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { shortId } from '#local/template/identities/naming.ts';

/**
 * Returns a function that unpacks an archive below `folder` and returns the folder of its files. An
 * archive that many functions share is unpacked once.
 */
export function createUnpacker(folder: string): (archive: string) => Promise<string> {
  const unpacked = new Map<string, Promise<string>>();
  return (archive) => {
    const target = resolve(folder, `${basename(archive)}-${shortId(archive)}`);
    const result = unpacked.get(archive) ?? unpack(archive, target);
    unpacked.set(archive, result);
    return result;
  };
}

async function unpack(archive: string, target: string): Promise<string> {
  await rm(target, { recursive: true, force: true });
  await writeFiles(unzipSync(await readFile(archive)), target);
  return target;
}

/** Writes the files of an archive into a folder. All of them become executable. */
export async function writeFiles(
  files: Readonly<Record<string, Uint8Array>>,
  folder: string,
): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    const file = join(folder, name);
    // A name in an archive must not point outside the folder.
    if (name.endsWith('/') || relative(folder, file).startsWith('..')) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
    await chmod(file, 0o755);
  }
}
