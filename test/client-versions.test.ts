import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('docs/clients.md names the installed versions of the clients', () => {
  const page = readFileSync('docs/clients.md', 'utf8');
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const installed: Readonly<Record<string, string>> = {
    ...manifest.dependencies,
    ...manifest.devDependencies,
  };
  const named = [...page.matchAll(/`([@\w/-]+)` (\d+\.\d+\.\d+)/gu)].map(
    ([, name = '', version]) => [name, version],
  );
  expect(named.length).toBeGreaterThan(9);
  expect(named).toEqual(named.map(([name = '']) => [name, installed[name]]));
});
