import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { readInspect } from '#local/lambda/environment/debug-options.ts';
import { hostTemplate } from '#test/fixtures/host-template.ts';

const source = `type Input = { readonly name: string };
interface Context { readonly id: string }

export const handler = async (event: Input): Promise<string> => {
  return greet(event);
};

function greet(event: Input): string {
  throw new Error('Not today, ' + event.name);
}
`;

const template = `Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs24.x, Handler: index.handler, CodeUri: ./dist, Timeout: 3 }
`;

/** Writes a SAM project whose bundle has an inline source map; returns its template. */
async function writeProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src/greeter.ts'), source);
  await writeFile(
    join(folder, 'template.yaml'),
    `Transform: AWS::Serverless-2016-10-31\n${template}`,
  );
  await build({
    entryPoints: [join(folder, 'src/greeter.ts')],
    outfile: join(folder, 'dist/index.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: true,
    sourcemap: 'inline',
  });
  return join(folder, 'template.yaml');
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

test('a stack trace has the source lines, and a debugger can attach', async () => {
  const port = await freePort();
  const debug = { sourceMaps: true, inspect: readInspect([`Greeter=${port}`]) };
  await using host = await hostTemplate('', { template: await writeProject(), debug });
  const client = new LambdaClient(host.config);
  const { Payload } = await client.send(
    new InvokeCommand({
      FunctionName: host.state.functions['Greeter']?.name,
      Payload: '{"name":"Ada"}',
    }),
  );
  const { errorMessage, trace } = JSON.parse(Payload?.transformToString() ?? '');
  expect(errorMessage).toBe('Not today, Ada');
  expect(trace.join('\n')).toMatch(/greet \(.*src\/greeter\.ts:9:9\)/u);
  const targets = await fetch(`http://127.0.0.1:${port}/json`);
  expect(await targets.json()).toMatchObject([{ type: 'node' }]);
});

test('--inspect accepts NAME or NAME=PORT and counts ports from 9229', () => {
  expect([...readInspect(['ChatFunction', 'Tasks', 'Other=9500'])]).toEqual([
    ['ChatFunction', 9_229],
    ['Tasks', 9_230],
    ['Other', 9_500],
  ]);
  expect(() => readInspect(['a b'])).toThrow('--inspect: must be NAME or NAME=PORT, not "a b"');
});
