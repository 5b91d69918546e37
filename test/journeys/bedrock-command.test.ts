import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readScenario } from '#local/bedrock/scenarios/scenario.ts';
import { isRecord } from '#local/shape.ts';

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
  child.stdout?.setEncoding('utf8');
  for await (const text of child.stdout ?? []) {
    printed += text;
    if (printed.includes('curl ')) break;
  }
  url = /AWS_ENDPOINT_URL_BEDROCK_RUNTIME=(\S+)/u.exec(printed)?.[1] ?? '';
});

afterAll(() => {
  child.kill('SIGINT');
});

/** Runs a curl line as a reader would, with the port of this test. */
async function shell(line: string): Promise<string> {
  const { stdout } = await run('bash', ['-c', line.replaceAll('http://127.0.0.1:4566', url)]);
  return stdout;
}

test('the line that it prints works as it is', async () => {
  const line = printed.split('\n').find((text) => text.includes('curl ')) ?? '';
  expect(JSON.parse(await shell(`${line.trim()} -s`))).toMatchObject({
    output: { message: { content: [{ text: expect.stringContaining('Simulated') }] } },
  });
});

test('every curl line of the docs works', async () => {
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
});

test('the scenarios of the docs can be read', () => {
  const [, yaml = ''] = /```yaml\n([^]*?)```/u.exec(page) ?? [];
  const file: unknown = parse(yaml);
  const scenarios: unknown = isRecord(file) ? file['scenarios'] : undefined;
  expect(
    Array.isArray(scenarios) ? scenarios.map((item) => readScenario(item, 'docs')) : [],
  ).toHaveLength(2);
});

test('its help names every option, and the docs name none that is not there', async () => {
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
  [['--auth', 'maybe'], '--auth: must be off or lenient or strict, not "maybe"'],
  [['--auth', 'strict'], '--auth strict: needs --access-key and --secret-key, or --api-key'],
  [['--upstream', 'nowhere'], '--upstream: must be a URL, not "nowhere"'],
  [['--knowledge', 'no-such-folder'], '--knowledge: there is no folder'],
  [['--knowledge', 'bad-id=docs'], '--knowledge: an id has ten letters and digits, not "bad-id"'],
  [['--replay', 'docs'], '--replay: there are no recordings in docs'],
  [['--scenarios', 'none.yaml'], '--scenarios: none.yaml cannot be read'],
  [['--nonsense'], "Unknown option '--nonsense'"],
])('%j is refused in a line that names it', async (options, words) => {
  const asked = run(process.execPath, [...command, '--port', '0', ...options]);
  await expect(asked).rejects.toMatchObject({ stderr: expect.stringContaining(words) });
  await expect(asked).rejects.toMatchObject({ stderr: expect.not.stringContaining('    at ') });
});

test('an interrupt ends it, and nothing else is heard of it', async () => {
  const another = spawn(process.execPath, [...command, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  another.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  await once(another.stdout, 'data');
  another.kill('SIGINT');
  expect([await once(another, 'exit'), errors]).toEqual([[0, null], '']);
});
