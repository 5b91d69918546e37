import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { openInventory } from '#local/host/data/inventory.ts';

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  await mkdir(join(folder, 'dynamodb'));
  await writeFile(join(folder, 'lambda.sqlite'), 'rows');
  await writeFile(join(folder, 'dynamodb', 'CURRENT'), 'MANIFEST-000001\n');
  await writeFile(join(folder, 'dynamodb', '000001.log'), 'log');
  return folder;
}

/** The ways to name the same folder on a command line. */
const namings: Readonly<Record<string, (folder: string) => string>> = {
  'an absolute path': (folder) => folder,
  'a relative path': (folder) => relative('.', folder),
  'a path that ends with a slash': (folder) => `${relative('.', folder)}/`,
  'a path with a dot': (folder) => `./${relative('.', folder)}/.`,
};

test.each(Object.entries(namings))(
  'a folder named by %s opens again after a kill and after a stop, and names a missing file',
  async (_, nameOf) => {
    const folder = await createFolder();
    const first = await openInventory(nameOf(folder));
    await first.opened();
    const second = await openInventory(nameOf(folder));
    await second.stopped();
    const third = await openInventory(nameOf(folder));
    await third.opened();
    await rm(join(folder, 'lambda.sqlite'));
    await expect(openInventory(nameOf(folder))).rejects.toThrow('lambda.sqlite is missing');
    await expect(openInventory(folder)).rejects.toThrow(
      `${join(folder, 'lambda.sqlite')} is missing`,
    );
  },
);
