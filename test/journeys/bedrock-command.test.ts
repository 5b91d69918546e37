import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readScenarioFile } from '#local/bedrock/server/read-settings.ts';
import { startBedrock, user } from '#test/fixtures/bedrock.ts';

const run = promisify(execFile);
const command = ['local/bedrock/main.ts'];

let child: ChildProcess;
let printed = '';
let url = '';
let page: string;

beforeAll(async () => {
  page = await readFile('docs/local-bedrock.md', 'utf8');
  child = spawn(process.execPath, [
    ...command,
    '--port',
    '0',
    '--ttft',
    '0',
    '--inline-scenarios',
    '--knowledge',
    'docs',
  ]);
  const ready = Promise.withResolvers<void>();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.includes('curl ')) ready.resolve();
  });
  await ready.promise;
  url = /AWS_ENDPOINT_URL_BEDROCK_RUNTIME=(\S+)/u.exec(printed)?.[1] ?? '';
});

afterAll(() => {
  child.kill('SIGINT');
});

/** Runs a curl command in a shell, against the port of this test. */
async function shell(line: string): Promise<string> {
  const { stdout } = await run('bash', ['-c', line.replaceAll('http://127.0.0.1:4566', url)]);
  return stdout;
}

test('the printed curl command works', async () => {
  const line = printed.split('\n').find((text) => text.includes('curl ')) ?? '';
  expect(JSON.parse(await shell(`${line.trim()} -s`))).toMatchObject({
    output: { message: { content: [{ text: expect.stringContaining('Simulated') }] } },
  });
});

test('every curl command in the docs works', async () => {
  const blocks = [...page.matchAll(/```sh\n([^]*?)```/gu)].map(([, text = '']) => text);
  const lines = blocks
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.startsWith('curl '));
  expect(lines).toHaveLength(4);
  const answers = [];
  for (const line of lines) answers.push(await shell(`${line} -s`));
  expect(answers[0]).toContain('**positive**');
  expect(answers[1]).toContain('ThrottlingException');
  expect(answers[2]).toContain('"operation":"Converse"');
  expect(answers[3]).toBe('{"reset":true}');
  expect(printed).toMatch(
    /Converse {2}amazon\.nova-lite-v1:0 {2}200 {2}completed {2}\d+ ms {2}\d+ \+ \d+ tokens/u,
  );
});

test('the nearest id to an unknown one is printed once', async () => {
  const line = `curl -s ${url}/model/amazon.nova-light-v1:0/converse -H 'authorization: Bearer any' -d '{}'`;
  for (const _ of [1, 2]) expect(await shell(line)).toContain('model identifier is invalid');
  await expect.poll(() => printed.match(/nova-light-v1:0 {2}400/gu)).toHaveLength(2);
  expect(printed.match(/The nearest known id is amazon\.nova-lite-v1:0\./gu)).toHaveLength(1);
});

test('the scenario file in the docs works', async () => {
  const [, yaml = ''] = /```yaml\n([^]*?)```/u.exec(page) ?? [];
  const file = join(await mkdtemp(join(tmpdir(), 'streambed-')), 'faults.yaml');
  await writeFile(file, yaml);
  const bedrock = await startBedrock(await readScenarioFile(file));
  // Its second scenario breaks the connection, which the SDK takes for a normal end over HTTP/2.
  const events = await bedrock.stream();
  expect(events.some(({ messageStop }) => messageStop !== undefined)).toBe(false);
  await expect(bedrock.ask({ messages: [user('The weather?')] })).rejects.toMatchObject({
    name: 'ThrottlingException',
  });
  await bedrock.close();
});

test('the help lists every option in the docs', async () => {
  const { stdout: help } = await run(process.execPath, [...command, '--help']);
  const inDocs = new Set(
    [...page.matchAll(/(?<=[`\s])--[a-z][a-z-]+(?=[`\s])/gu)].map(([option]) => option),
  );
  expect([...inDocs].filter((option) => !help.includes(option))).toEqual([]);
  expect(inDocs.size).toBeGreaterThan(10);
});

test.each([
  [['--ttft', 'soon'], '--ttft: must be a whole number, not "soon"'],
  [['--jitter', '2'], '--jitter: must be a number from 0 to 1, not "2"'],
  [['--unknown-models', 'guess'], '--unknown-models: must be refuse or family, not "guess"'],
  [['--auth', 'maybe'], '--auth: must be off or lenient or strict, not "maybe"'],
  [['--auth', 'strict'], '--auth strict: needs --access-key and --secret-key, or --api-key'],
  [['--upstream', 'nowhere'], '--upstream: must be a URL, not "nowhere"'],
  [['--knowledge', 'no-such-folder'], '--knowledge: there is no folder'],
  [
    ['--knowledge', 'bad-id=docs'],
    '--knowledge: the id must be ten letters or digits, not "bad-id"',
  ],
  [['--replay', 'docs'], '--replay: there are no recordings in docs'],
  [['--scenarios', 'none.yaml'], '--scenarios: none.yaml cannot be read'],
  [['--nonsense'], "Unknown option '--nonsense'"],
  [['--port', '70000'], '--port: must be a port from 0 to 65535, not 70000'],
  [['--model-map', 'm.yaml'], '--model-map: needs --upstream'],
  [['--replay', 'docs', '--inline-scenarios'], '--inline-scenarios: has no effect with --replay'],
])('%j is rejected with a one-line error that names the option', async (options, message) => {
  const result = run(process.execPath, [...command, '--port', '0', ...options]);
  await expect(result).rejects.toMatchObject({ stderr: expect.stringContaining(message) });
  await expect(result).rejects.toMatchObject({ stderr: expect.not.stringContaining('    at ') });
});

test('SIGINT ends the command without an error message', async () => {
  const another = spawn(process.execPath, [...command, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  another.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  await once(another.stdout, 'data');
  another.kill('SIGINT');
  expect([await once(another, 'exit'), errors]).toEqual([[0, null], '']);
});
