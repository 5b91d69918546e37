import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bundledPackages,
  bundleStyles,
  writeBundles,
  type BundleStyle,
} from '#test/fixtures/bundles.ts';
import { rounds } from '#test/fixtures/rounds.ts';
import { hostResources } from '#test/fixtures/template.ts';

/** The long test takes all packages, the short one every third. */
const packages = bundledPackages.filter((_, index) => rounds > 1 || index % 3 === 0);

let system: Awaited<ReturnType<typeof hostResources>>;
let lambda: LambdaClient;

const nameOf = ({ format, minify }: BundleStyle): string => `${format}${minify ? 'Minified' : ''}`;

/** Returns the functions of one style, by logical id: `cjs0` bundles the first package. */
function functionsOf(style: BundleStyle): object {
  const entries = packages.map((_, index) => {
    const logicalId = `${nameOf(style)}${index}`;
    const code = { Code: { S3Key: logicalId }, Handler: 'index.handler' };
    const Properties = { ...code, Runtime: 'nodejs24.x', Timeout: 60, MemorySize: 512 };
    return [logicalId, { Type: 'AWS::Lambda::Function', Properties }] as const;
  });
  return Object.fromEntries(entries);
}

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'streambed-bundles-'));
  const folders: Record<string, string> = {};
  for (const style of bundleStyles) {
    const name = nameOf(style);
    await writeBundles(join(root, name), style, packages);
    for (const index of packages.keys()) {
      folders[`${name}${index}`] = join(root, name, String(index));
    }
  }
  system = await hostResources(Object.assign({}, ...bundleStyles.map(functionsOf)), folders);
  const { endpoints, region, credentials } = system.state;
  lambda = new LambdaClient({ endpoint: endpoints.aws, region, credentials, maxAttempts: 1 });
});

afterAll(() => system.close());

/** Returns the text of a function's result, and frees the memory of its environment. */
async function invoke(logicalId: string): Promise<string> {
  const command = new InvokeCommand({ FunctionName: `local-${logicalId}` });
  const { Payload } = await lambda.send(command);
  await system.functionHost(logicalId).close();
  return Buffer.from(Payload ?? []).toString('utf8');
}

test.each(packages.map((name, index) => [name, index] as const))(
  'functions that bundle %s answer in every format',
  async (_, index) => {
    const answers = await Promise.all(
      bundleStyles.map((style) => invoke(`${nameOf(style)}${index}`)),
    );
    expect(answers).toEqual(bundleStyles.map(() => expect.stringMatching(/^\d+$/u) as string));
  },
);
