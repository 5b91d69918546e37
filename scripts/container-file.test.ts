import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { pageFolder } from '#scripts/build.ts';

test('the container file serves the folder that the build makes, with the Node of the project', async () => {
  const [file, manifest] = await Promise.all(
    ['web/Dockerfile', 'package.json'].map((path) => readFile(path, 'utf8')),
  );
  const { devDependencies } = JSON.parse(manifest ?? '') as { devDependencies: { node: string } };
  const bases = [...(file ?? '').matchAll(/^FROM (\S+)/gmu)].map(([, image]) => image);
  const base = `node:${devDependencies.node}-slim`;
  expect(bases).toEqual([base, base]);
  expect(file).toContain(`COPY --from=build /build/${pageFolder} .`);
});
