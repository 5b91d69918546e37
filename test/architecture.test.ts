import { glob, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';

/** Which layer may import which: the table of ARCHITECTURE.md. Tests may import anything. */
const allowed: Readonly<Record<string, RegExp>> = {
  'src/domain': /^#domain\//u,
  'src/protocol': /^(?:#domain\/|#protocol\/|tlds$|valibot$|@valibot\/to-json-schema$)/u,
  'src/aws':
    /^(?:#domain\/|#aws\/|#models\/(?:facts|for-functions)\.ts$|@aws-sdk\/|@smithy\/|node:)/u,
  'src/api': /^(?:#domain\/|#protocol\/|#api\/|node:)/u,
  'src/lambda': /^(?:#domain\/|#protocol\/|#api\/|#lambda\/|node:)/u,
  'src/langchain': /^(?:#domain\/|#aws\/|@aws-sdk\/|@langchain\/)/u,
  'src/agents': /^(?:#domain\/|#protocol\/|#aws\/|#agents\/|@aws-sdk\/|@smithy\/)/u,
  'src/callbacks': /^(?:#domain\/|#protocol\/|#callbacks\/|node:)/u,
  'src/documents': /^(?:#domain\/|#aws\/|#documents\/|node:|htmlparser2$|unpdf$)/u,
  'src/identity': /^(?:#domain\/|#aws\/|#identity\/|node:|jose$)/u,
  'src/tools':
    /^(?:#domain\/|#aws\/|#tools\/|@aws-sdk\/|@modelcontextprotocol\/|node:|valibot$|@valibot\/)/u,
  'src/handlers':
    /^#(?:domain|protocol|aws|api|lambda|handlers|langchain|agents|callbacks|documents|identity|tools)\//u,
  infra:
    /^(?:#infra\/|#protocol\/http\/(?:routes|cors)\.ts$|#domain\/metrics\/metric-names\.ts$|aws-cdk-lib|constructs$)/u,
  models: /^(?:#models\/)/u,
  local:
    /^(?:#local\/|#models\/|node:|\.\/|(?:@smithy\/core\/cbor|ajv|ajv-draft-04|aws4fetch|croner|csv-parse\/sync|dockerfile-ast|dynalite\/(?:db|validations)\/index\.js|esbuild|fast-xml-parser|fflate|jose|jsonata|jsonpath-plus|minisearch|node-html-parser|oidc-provider|selfsigned|unpdf|velocityjs|ws|yaml)$)/u,
  'scripts/doctor':
    /^(?:#scripts\/|#protocol\/http\/routes\.ts$|#local\/host\/state\/|@aws-sdk\/client-|node:)/u,
  web: /^(?:#protocol\/|#domain\/|#aws\/(?:dynamo|identity)\/|#identity\/guest-token|react|next|node:(?:path|crypto|timers\/promises)$|aws4fetch$|openid-client$|marked$|mdast|hast$|unified$|micromark-util-types$|lowlight$|katex(?:$|\/)|remark-|valibot$|@fontsource|\.)/u,
};

async function importsOf(folder: string): Promise<readonly (readonly [string, string])[]> {
  const imports: (readonly [string, string])[] = [];
  for await (const file of glob(`${folder}/**/*.{ts,tsx}`, { exclude: isExcluded })) {
    const source = await readFile(file, 'utf8');
    for (const [, name] of source.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\()'([^']+)'/gu)) {
      if (name !== undefined) imports.push([file, name]);
    }
  }
  return imports;
}

function isExcluded(path: string): boolean {
  return /\.next|node_modules|\.test\.tsx?$/u.test(path);
}

/** Returns the files, other than tests, that contain a forbidden pattern. */
async function filesWith(pattern: RegExp, files: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const file of glob(files, { exclude: isExcluded })) {
    if (pattern.test(await readFile(file, 'utf8'))) found.push(file);
  }
  return found;
}

test.each(Object.entries(allowed))('%s imports only allowed modules', async (folder, pattern) => {
  const imports = await importsOf(folder);
  expect(imports.length).toBeGreaterThan(0);
  expect(imports.filter(([, name]) => !pattern.test(name))).toEqual([]);
});

test('the code that runs on Lambda never checks where it runs', async () => {
  const checks = /NODE_ENV|isLocal|localhost|127\.0\.0\.1|AWS_ENDPOINT/u;
  // Its endpoints come from the variables that all SDKs read.
  expect(await filesWith(checks, 'src/**/*.ts')).toEqual(['src/aws/request/service-config.ts']);
});

test('the domain uses no system clock, randomness or platform API', async () => {
  const platform = /Date\.now|new Date|Math\.random|crypto|process\.|setTimeout/u;
  expect(await filesWith(platform, 'src/domain/**/*.ts')).toEqual([]);
});

/**
 * The folders of each layer, lowest first. A file may import from its own folder and from folders
 * before it. Files directly in the layer's folder count as `core`.
 */
const folderOrder: Readonly<Record<string, readonly string[]>> = {
  'src/domain': [
    'core',
    'conversation',
    'operation',
    'model',
    'spending',
    'turn',
    'metrics',
    'chat',
    'task',
    'document',
    'data',
  ],
  'src/protocol': [
    'http',
    'conversation',
    'model',
    'spending',
    'turn',
    'chat',
    'task',
    'document',
    'data',
    'openai',
    'openapi',
  ],
  'src/aws': [
    'request',
    'dynamo',
    'bedrock',
    'identity',
    'conversation',
    'model',
    'spending',
    'task',
    'document',
    'data',
    'composition',
  ],
  'src/api': [
    'tracing',
    'log',
    'http',
    'conversation',
    'turn',
    // Its functions answer with turns of their own.
    'model',
    'chat',
    'task',
    'document',
    'data',
    'openai',
  ],
};

test.each(Object.entries(folderOrder))(
  'the folders of %s depend on each other in one direction',
  async (layer, order) => {
    const imports = await importsOf(layer);
    expect(wrongImports(layer, order, imports)).toEqual([]);
  },
);

test('an import against the direction of the folders is reported', () => {
  const imports = [
    ['src/domain/conversation/turn.ts', '#domain/turn/run-turn.ts'],
    ['src/domain/turn/run-turn.ts', '#domain/conversation/turn.ts'],
    ['src/domain/clock.ts', '#domain/task/task.ts'],
    ['src/domain/unlisted/x.ts', '#domain/clock.ts'],
  ] as const;
  expect(wrongImports('src/domain', folderOrder['src/domain'] ?? [], imports)).toEqual([
    'src/domain/conversation/turn.ts imports #domain/turn/run-turn.ts',
    'src/domain/clock.ts imports #domain/task/task.ts',
    'src/domain/unlisted/x.ts imports #domain/clock.ts',
  ]);
});

function wrongImports(
  layer: string,
  order: readonly string[],
  imports: readonly (readonly [file: string, name: string])[],
): readonly string[] {
  const alias = `#${layer.split('/')[1]}/`;
  return imports.flatMap(([file, name]) => {
    if (!name.startsWith(alias)) return [];
    const from = order.indexOf(folderOf(file.slice(layer.length + 1)));
    const to = order.indexOf(folderOf(name.slice(alias.length)));
    return from !== -1 && to !== -1 && to <= from ? [] : [`${file} imports ${name}`];
  });
}

function folderOf(path: string): string {
  const [folder = '', file] = path.split('/');
  return file === undefined ? 'core' : folder;
}

test('no folder has more than 15 source files', async () => {
  const counts = new Map<string, number>();
  for await (const file of glob('{src,local,models,infra,web,scripts}/**/*.{ts,tsx}', {
    exclude: isExcluded,
  })) {
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  }
  const crowded = [...counts].filter(([folder, count]) => count > 15 && folder !== 'src/handlers');
  expect(crowded).toEqual([]);
});

test('every Lambda function has at most one client of DynamoDB', async () => {
  expect(await filesWith(/new DynamoDBClient\(/u, 'src/**/*.ts')).toEqual([]);
  const opens = /\b(?:openTable|createDynamoClient)\(/u;
  const opensTwice = new RegExp(`${opens.source}[^]*${opens.source}`, 'u');
  expect(await filesWith(opensTwice, 'src/handlers/*.ts')).toEqual([]);
  const callers = await filesWith(opens, 'src/**/*.ts');
  expect(callers.filter((file) => !file.startsWith('src/handlers/'))).toEqual([
    'src/aws/dynamo/dynamo-client.ts',
    'src/aws/dynamo/table.ts',
  ]);
});
