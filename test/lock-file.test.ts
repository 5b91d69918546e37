import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface LockedPackage {
  readonly version?: string;
  readonly inBundle?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
);

test('the lock file lists the binaries of every platform', () => {
  const missing = Object.entries(lock.packages).flatMap(
    ([path, { inBundle, optionalDependencies }]) =>
      Object.keys(inBundle === true ? {} : (optionalDependencies ?? {})).filter((name) => {
        const places = [`node_modules/${name}`, `${path}/node_modules/${name}`];
        return places.every((place) => lock.packages[place] === undefined);
      }),
  );
  expect(missing).toEqual([]);
});

test('every version in package.json is exact', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const versions = Object.values<string>({ ...dependencies, ...devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/u.test(version))).toEqual([]);
});
