import { glob, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** Who may import whom: the table of ARCHITECTURE.md. Tests may import what they test with. */
const allowed: Readonly<Record<string, RegExp>> = {
  'src/domain': /^#domain\//u,
  'src/protocol': /^(?:#domain\/|#protocol\/|valibot$)/u,
  'src/aws': /^(?:#domain\/|#aws\/|@aws-sdk\/|@smithy\/|node:)/u,
  'src/lambda': /^(?:#domain\/|#protocol\/|#lambda\/|node:)/u,
  'src/handlers': /^#(?:domain|protocol|aws|lambda)\//u,
  infra: /^(?:#infra\/|aws-cdk-lib|constructs$)/u,
  local: /^(?:#local\/|node:|dynalite$|esbuild$|\.\/)/u,
  web: /^(?:#protocol\/|#domain\/|react|next|node:path$|aws4fetch$|marked$|remark-|valibot$|@fontsource|\.)/u,
};

async function importsOf(folder: string): Promise<readonly (readonly [string, string])[]> {
  const imports: (readonly [string, string])[] = [];
  const exclude = (path: string): boolean => /\.next|node_modules|\.test\.tsx?$/u.test(path);
  for await (const file of glob(`${folder}/**/*.{ts,tsx}`, { exclude })) {
    const source = await readFile(file, 'utf8');
    for (const [, name] of source.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\()'([^']+)'/gu)) {
      if (name !== undefined) imports.push([file, name]);
    }
  }
  return imports;
}

test.each(Object.entries(allowed))('%s imports only what it may', async (folder, pattern) => {
  const imports = await importsOf(folder);
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter(([, name]) => !pattern.test(name))).toEqual([]);
});

test('the code that runs on Lambda never asks where it runs', async () => {
  for await (const file of glob('src/**/*.ts', { exclude: (path) => path.endsWith('.test.ts') })) {
    const source = await readFile(file, 'utf8');
    expect(source, file).not.toMatch(/NODE_ENV|isLocal|localhost|127\.0\.0\.1|AWS_ENDPOINT/u);
  }
});

test('the domain has no clock, no randomness and no platform', async () => {
  for await (const file of glob('src/domain/*.ts', {
    exclude: (path) => path.endsWith('.test.ts'),
  })) {
    const source = await readFile(file, 'utf8');
    expect(source, file).not.toMatch(
      /Date\.now|new Date|Math\.random|crypto|process\.|setTimeout/u,
    );
  }
});
