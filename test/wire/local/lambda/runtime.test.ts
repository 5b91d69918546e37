import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  buffered,
  older,
  starting,
  streaming,
  type Outcome,
  type Row,
} from '#test/fixtures/runtime-behaviours.ts';
import { hostResources } from '#test/fixtures/template.ts';

let system: Awaited<ReturnType<typeof hostResources>>;
let lambda: LambdaClient;

/** Returns a function for each row: `S3` is the fourth streaming function. */
function functionsOf(group: string, rows: readonly Row[], file: string): object {
  const Runtime = group === 'O' ? 'nodejs22.x' : 'nodejs24.x';
  const entries = rows.map(([, handler, { errorMessage, log }], index) => {
    // A function that should finish gets time for it on a busy machine.
    const Timeout = `${errorMessage} ${log}`.includes('timed out') ? 1 : 30;
    const code = { Code: { S3Key: 'behaviours' }, Handler: `${file}${handler}` };
    const Properties = { ...code, Runtime, Timeout };
    return [`${group}${index}`, { Type: 'AWS::Lambda::Function', Properties }] as const;
  });
  return Object.fromEntries(entries);
}

beforeAll(async () => {
  const behaviours = await mkdtemp(join(tmpdir(), 'streambed-'));
  await cp('test/fixtures/behaviours', behaviours, { recursive: true });
  await writeFile(join(behaviours, 'broken/syntax.mjs'), 'export const handler = (');
  const resources = {
    ...functionsOf('S', streaming, 'streaming.'),
    ...functionsOf('B', buffered, 'buffered.'),
    ...functionsOf('O', older, 'buffered.'),
    ...functionsOf('I', starting, ''),
  };
  system = await hostResources(resources, { behaviours });
  const { endpoints, region, credentials } = system.state;
  lambda = new LambdaClient({ endpoint: endpoints.aws, region, credentials, maxAttempts: 1 });
});

afterAll(() => system.close());

type Result = Pick<Outcome, 'text' | 'errorType'> & { readonly errorMessage?: string };

async function invoke(logicalId: string): Promise<Result> {
  const input = { FunctionName: `local-${logicalId}`, Payload: '{"given":1}' };
  const { Payload, FunctionError } = await lambda.send(new InvokeCommand(input));
  const text = Buffer.from(Payload ?? []).toString('utf8');
  return FunctionError === undefined ? { text } : (JSON.parse(text) as Result);
}

async function invokeStreaming(logicalId: string): Promise<Result> {
  const input = { FunctionName: `local-${logicalId}`, Payload: '{"given":1}' };
  const { EventStream } = await lambda.send(new InvokeWithResponseStreamCommand(input));
  const chunks: Uint8Array[] = [];
  let error: Result = {};
  for await (const { PayloadChunk, InvokeComplete } of EventStream ?? []) {
    if (PayloadChunk?.Payload !== undefined) chunks.push(PayloadChunk.Payload);
    if (InvokeComplete?.ErrorDetails !== undefined) {
      error = JSON.parse(InvokeComplete.ErrorDetails) as Result;
    }
  }
  const text = Buffer.concat(chunks).toString('utf8').replace('\0'.repeat(8), '|');
  return { text, ...error };
}

function logOf(logicalId: string): string {
  return system.lines.filter((line) => line.startsWith(`${logicalId} `)).join('\n');
}

/** Compares the response, the log and the environment with the expected outcome. */
async function compare(logicalId: string, result: Result, outcome: Outcome): Promise<void> {
  const { text, begins, errorType, errorMessage = /^/u, survives, log = '' } = outcome;
  const prefix = begins?.startsWith(result.text ?? '') === true ? result.text : undefined;
  expect(result).toMatchObject({
    ...(text === undefined ? {} : { text }),
    ...(begins === undefined ? {} : { text: prefix }),
  });
  const { errorMessage: message = '' } = result;
  expect(
    typeof errorMessage === 'string' ? message === errorMessage : errorMessage.test(message),
  ).toBe(true);
  expect(result.errorType).toBe(errorType);
  const after = (): object => ({
    isReported: logOf(logicalId).includes('REPORT'),
    log: logOf(logicalId),
    survives: survives === undefined ? undefined : system.functionHost(logicalId).pids().length > 0,
  });
  await expect
    .poll(after)
    .toEqual({ isReported: true, survives, log: expect.stringContaining(log) as string });
}

const named = (rows: readonly Row[]): readonly (readonly [string, number])[] =>
  rows.map(([title], index) => [title, index]);

test.each(named(streaming))('streaming: %s', async (_, index) => {
  const outcome = streaming[index]?.[2] ?? {};
  await compare(`S${index}`, await invokeStreaming(`S${index}`), outcome);
});

test.each(named(buffered))('buffered: %s', async (_, index) => {
  await compare(`B${index}`, await invoke(`B${index}`), buffered[index]?.[2] ?? {});
});

test.each(named(older))('before Node 24: %s', async (_, index) => {
  await compare(`O${index}`, await invoke(`O${index}`), older[index]?.[2] ?? {});
});

// The init phase of a function that hangs has ten seconds of its own.
test.each(named(starting))('in the init phase: %s', async (_, index) => {
  await compare(`I${index}`, await invoke(`I${index}`), starting[index]?.[2] ?? {});
  const phases = [...logOf(`I${index}`).matchAll(/Phase: (\w+)/gu)].map(([, phase]) => phase);
  expect(phases).toEqual(['init', 'invoke']);
});

test('a crash loop returns an error to every caller and leaves no process behind', async () => {
  const logicalId = `B${buffered.findIndex(([, handler]) => handler === 'exits')}`;
  const results = await Promise.all(Array.from({ length: 8 }, () => invoke(logicalId)));
  expect(results.map(({ errorType }) => errorType)).toEqual(Array(8).fill('Runtime.ExitError'));
  await expect.poll(() => system.functionHost(logicalId).pids()).toEqual([]);
});

test('a buffered invocation of a streaming function returns prelude and body together', async () => {
  const index = streaming.findIndex(([, handler]) => handler === 'twoHeads');
  const text = `{"statusCode":500}${'\0'.repeat(8)}x`;
  expect(await invoke(`S${index}`)).toEqual({ text });
});
