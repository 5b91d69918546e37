import { spawnSync } from 'node:child_process';
import { cp, readdir } from 'node:fs/promises';
import { build, context, type BuildOptions, type Plugin } from 'esbuild';
import { refresh } from './refresh.ts';

const sources = ['src', 'models', 'package-lock.json', 'scripts/build.ts'];
const pageSources = [
  'web',
  'src/domain',
  'src/protocol',
  'src/aws',
  'src/identity',
  'package-lock.json',
];

/** The built page: a folder that runs wherever Node does, with `node web/server.js`. */
export const pageFolder = 'web/.next/standalone';

/** What is built, with what it is built from. */
export const artifacts = {
  functions: { name: 'functions', inputs: sources, output: 'dist' },
  template: {
    name: 'template',
    inputs: ['infra', 'cdk.json', 'package-lock.json', 'dist'],
    output: 'cdk.out',
  },
  page: { name: 'page', inputs: pageSources, output: 'web/.next' },
};

/** Builds what is stale: the functions' bundles, the page, and the template, which it gives. */
export async function buildAll(): Promise<string> {
  await buildSystem();
  await refresh(artifacts.page, async () => {
    runNode('node_modules/next/dist/bin/next', 'build', 'web');
    await cp('web/.next/static', `${pageFolder}/web/.next/static`, { recursive: true });
  });
  return 'cdk.out';
}

/** Builds the functions' bundles and the template, each when it is stale. */
export async function buildSystem(): Promise<void> {
  await refresh(artifacts.functions, bundleHandlers);
  await refresh(artifacts.template, async () => {
    runNode('infra/app.ts');
  });
}

/** A template whose bundles follow the sources until `close`. */
export interface WatchedSystem {
  readonly template: string;
  close(): Promise<void>;
}

/**
 * Bundles the handlers whenever they change, unminified and with source maps, and returns the
 * template that names the bundles.
 */
export async function watchSystem(): Promise<WatchedSystem> {
  const bundles = '.streambed/dev.dist';
  const watching = await context({
    ...(await handlerOptions(bundles)),
    minify: false,
    sourcemap: 'inline',
  });
  await watching.rebuild();
  await copyFontMaps(bundles);
  await watching.watch();
  const outdir = '.streambed/dev.cdk.out';
  // Unstaged, the bundles stay where esbuild writes them and the local host watches them.
  const settings = { 'aws:cdk:disable-asset-staging': true, bundles };
  runNodeWith({ CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(settings) }, 'infra/app.ts');
  return { template: outdir, close: () => watching.dispose() };
}

async function bundleHandlers(): Promise<void> {
  await build(await handlerOptions('dist'));
  await copyFontMaps('dist');
}

async function copyFontMaps(bundles: string): Promise<void> {
  const fontMaps = `${bundles}/extract-text/font-maps`;
  await cp('node_modules/pdfjs-dist/cmaps', fontMaps, { recursive: true });
}

/** One folder for each handler. */
async function handlerOptions(outdir: string): Promise<BuildOptions> {
  const files = await readdir('src/handlers');
  // What several handlers share is in a folder.
  const names = files.filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -3));
  return {
    ...bundleOptions,
    entryPoints: [
      ...names.map((name) => ({ in: `src/handlers/${name}.ts`, out: `${name}/index` })),
      { in: 'src/documents/reading/reading-thread.ts', out: 'extract-text/reading-thread' },
      ...apart.flatMap(({ file, source, users }) =>
        users.map((name) => ({ in: source, out: `${name}/${file}` })),
      ),
    ],
    plugins: [filesApart, factsForFunctions],
    outdir,
    outExtension: { '.js': '.cjs' },
  };
}

/** Large modules that are seldom read, in files beside the bundles of the functions that load them. */
const apart = [
  {
    file: 'mcp-client',
    source: 'src/tools/mcp-client.ts',
    module: '#tools/mcp-client.ts',
    users: ['chat', 'chat-buffered', 'task-worker'],
  },
  {
    file: 'bedrock-sdk',
    source: 'src/aws/bedrock/sdk-converse.ts',
    module: '#aws/bedrock/sdk-converse.ts',
    users: ['chat', 'chat-buffered', 'openai', 'task-worker'],
  },
];

const filesApart: Plugin = {
  name: 'files-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^#/ }, ({ path, kind }) => {
      const found = apart.find(({ module }) => module === path);
      if (found === undefined || kind !== 'dynamic-import') return undefined;
      return { path: `./${found.file}.cjs`, external: true };
    });
  },
};

/** Functions have a list of what they need of the facts about models, in place of what computes it. */
const factsForFunctions: Plugin = {
  name: 'facts-for-functions',
  setup({ onLoad }) {
    onLoad({ filter: /\/models\/for-functions\.ts$/ }, async () => {
      const { functionFacts } = await import('#models/for-functions.ts');
      return { contents: `export const functionFacts = ${JSON.stringify(functionFacts)};` };
    });
  },
};

/** How a function is bundled. CommonJS starts about 15 ms sooner than ESM on Lambda. */
export const bundleOptions = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // Loaded from Lambda's own runtime, and only by the few that need it.
  external: [
    '@aws-sdk/client-s3',
    '@aws-sdk/client-bedrock-agent-runtime',
    '@aws-sdk/client-bedrock-agentcore',
  ],
  supported: { 'dynamic-import': false },
} satisfies BuildOptions;

/** Next sends usage statistics to its makers unless a setting forbids it. */
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };

function runNode(...args: readonly string[]): void {
  runNodeWith({}, ...args);
}

function runNodeWith(more: Readonly<Record<string, string>>, ...args: readonly string[]): void {
  const options = { stdio: 'inherit', env: { ...env, ...more } } as const;
  const { status } = spawnSync(process.execPath, args, options);
  if (status !== 0) throw new Error(`${args.join(' ')} failed`);
}
