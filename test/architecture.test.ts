import { glob, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** Who may import whom: the table of ARCHITECTURE.md. Tests may import what they test with. */
const allowed: Readonly<Record<string, RegExp>> = {
  'src/domain': /^#domain\//u,
  'src/protocol': /^(?:#domain\/|#protocol\/|valibot$|@valibot\/to-json-schema$)/u,
  'src/aws': /^(?:#domain\/|#aws\/|@aws-sdk\/|@smithy\/|node:)/u,
  'src/lambda': /^(?:#domain\/|#protocol\/|#lambda\/|node:)/u,
  'src/langchain': /^(?:#domain\/|#aws\/|@aws-sdk\/|@langchain\/)/u,
  'src/agents': /^(?:#domain\/|#protocol\/|#aws\/|#agents\/|@aws-sdk\/|@smithy\/)/u,
  'src/callbacks': /^(?:#domain\/|#protocol\/|#callbacks\/|node:)/u,
  'src/documents': /^(?:#domain\/|#aws\/|#documents\/|node:|htmlparser2$|unpdf$)/u,
  'src/identity': /^(?:#domain\/|#identity\/|jose$)/u,
  'src/tools':
    /^(?:#domain\/|#aws\/|#tools\/|@aws-sdk\/|@modelcontextprotocol\/|node:|valibot$|@valibot\/)/u,
  'src/handlers':
    /^#(?:domain|protocol|aws|lambda|langchain|agents|callbacks|documents|identity|tools)\//u,
  infra: /^(?:#infra\/|aws-cdk-lib|constructs$)/u,
  local:
    /^(?:#local\/|node:|\.\/|(?:ajv|ajv-draft-04|aws4fetch|croner|dynalite|esbuild|fast-xml-parser|fflate|jose|jsonata|jsonpath-plus|minisearch|node-html-parser|oidc-provider|selfsigned|unpdf|velocityjs|yaml)$)/u,
  web: /^(?:#protocol\/|#domain\/|react|next|node:path$|aws4fetch$|marked$|remark-|valibot$|@fontsource|\.)/u,
};

async function importsOf(folder: string): Promise<readonly (readonly [string, string])[]> {
  const imports: (readonly [string, string])[] = [];
  for await (const file of glob(`${folder}/**/*.{ts,tsx}`, { exclude: isLeftOut })) {
    const source = await readFile(file, 'utf8');
    for (const [, name] of source.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\()'([^']+)'/gu)) {
      if (name !== undefined) imports.push([file, name]);
    }
  }
  return imports;
}

function isLeftOut(path: string): boolean {
  return /\.next|node_modules|\.test\.tsx?$/u.test(path);
}

/** The files of a folder, other than tests, that hold something they should not. */
async function filesWith(pattern: RegExp, files: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const file of glob(files, { exclude: isLeftOut })) {
    if (pattern.test(await readFile(file, 'utf8'))) found.push(file);
  }
  return found;
}

test.each(Object.entries(allowed))('%s imports only what it may', async (folder, pattern) => {
  const imports = await importsOf(folder);
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter(([, name]) => !pattern.test(name))).toEqual([]);
});

test('the code that runs on Lambda never asks where it runs', async () => {
  const asking = /NODE_ENV|isLocal|localhost|127\.0\.0\.1|AWS_ENDPOINT/u;
  expect(await filesWith(asking, 'src/**/*.ts')).toEqual([]);
});

test('the domain has no clock, no randomness and no platform', async () => {
  const platform = /Date\.now|new Date|Math\.random|crypto|process\.|setTimeout/u;
  expect(await filesWith(platform, 'src/domain/*.ts')).toEqual([]);
});
