import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface LockedPackage {
  readonly version?: string;
  readonly inBundle?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

function readLock(folder: string): Lock {
  return JSON.parse(readFileSync(`${folder}/package-lock.json`, 'utf8')) as Lock;
}

const folders = ['.', 'examples/amplify', 'examples/serverless'];

test('the lock files list the binaries of every platform', () => {
  const missing = folders.flatMap((folder) => {
    const { packages } = readLock(folder);
    return Object.entries(packages).flatMap(([path, { inBundle, optionalDependencies }]) =>
      Object.keys(inBundle === true ? {} : (optionalDependencies ?? {})).filter((name) => {
        const places = [`node_modules/${name}`, `${path}/node_modules/${name}`];
        return places.every((place) => packages[place] === undefined);
      }),
    );
  });
  expect(missing).toEqual([]);
});

test('every version in a package.json is exact', () => {
  const versions = folders.flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    return Object.values<string>({ ...manifest.dependencies, ...manifest.devDependencies });
  });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/u.test(version))).toEqual([]);
});
