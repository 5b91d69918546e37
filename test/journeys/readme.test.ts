import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeStateFile } from '#local/host/state/state-file.ts';
import { startTraceReceiver, type TraceReceiver } from '#local/traces/trace-receiver.ts';
import { runLines, shellBlock, withStateFile } from '#test/fixtures/document-commands.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';

let system: StreambedSystem;
let traces: TraceReceiver;
let stateFile = '';

beforeAll(async () => {
  traces = await startTraceReceiver({ log: () => undefined });
  system = await startSystem({
    traces,
    knowledge: 'docs',
    parameters: {
      KnowledgeBases: 'docs=LOCALKB001',
      Agents: 'helper=arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/helper-local',
    },
  });
  stateFile = join(await mkdtemp(join(tmpdir(), 'streambed-')), 'local.json');
  await writeStateFile(stateFile, system.state);
});
afterAll(async () => {
  await system.close();
  await traces.close();
});

async function commandsOf(file: string, heading: string): Promise<readonly string[]> {
  const lines = shellBlock(await readFile(file, 'utf8'), heading);
  return lines.map((line) => withStateFile(line, stateFile));
}

test('every command of the README works', async () => {
  const results = await runLines(await commandsOf('README.md', 'Try the API'));
  expect(results.filter(({ code }) => code !== 0)).toEqual([]);
  const responses = results.slice(2);
  expect(responses).toHaveLength(4);
  expect(responses[0]?.output).toContain('rivers');
  for (const { output } of responses.slice(1))
    expect(JSON.parse(output)).not.toHaveProperty('code');
});

test('the Japanese README has the same headings, links and commands as the English one', async () => {
  const [english, japanese] = await Promise.all(
    ['README.md', 'README.ja.md'].map((file) => readFile(file, 'utf8')),
  );
  const outline = (text = ''): readonly string[] =>
    text.split('\n').flatMap((line) => /^#+(?= )/u.exec(line) ?? []);
  const commands = (text = ''): readonly string[] =>
    [...text.matchAll(/```sh\n([^]*?)```/gu)].map(([, block = '']) => block);
  const links = (text = ''): readonly string[] =>
    [...text.matchAll(/\]\(([^)]+)\)/gu)]
      .map(([, link = '']) => link)
      .filter((link) => !link.startsWith('README'))
      .toSorted();
  expect(outline(japanese)).toEqual(outline(english));
  expect(commands(japanese)).toEqual(commands(english));
  expect(links(japanese)).toEqual(links(english));
  expect((english ?? '').split('\n').length).toBeLessThanOrEqual(62);
});

test('every command of the API reference works', async () => {
  const lines = await commandsOf('docs/api.md', 'Try every route');
  expect(lines.length).toBeGreaterThan(25);
  const results = await runLines(lines);
  expect(results.filter(({ code }) => code !== 0)).toEqual([]);
  const silent = results.filter(
    ({ line, output }) => output === '' && /^(?:signed|curl) /u.test(line),
  );
  expect(silent).toEqual([]);
});

test('the journal of the local Bedrock is read with the command of the documentation', async () => {
  const lines = await commandsOf('docs/debugging.md', 'See what Bedrock was asked');
  const results = await runLines(lines);
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect(JSON.parse(results[1]?.output ?? '')).toHaveProperty('requests');
});

test('the traces of turns are read with the command of the documentation', async () => {
  const lines = await commandsOf('docs/debugging.md', 'See where the time of a turn went');
  const [variables = '', read = ''] = lines;
  const results = await runLines([variables, read]);
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect(JSON.parse(results[1]?.output ?? '')).toMatchObject({
    traces: [{ spans: expect.any(Array) }],
  });
});

test('every route of the API reference has a command', async () => {
  const text = await readFile('docs/api.md', 'utf8');
  const [, section = ''] = text.split('## REST API routes');
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(14);
  const commands = shellBlock(text, 'Try every route')
    .join('\n')
    .replaceAll(/\$(?:ID|FILE|TASK|DOCUMENT|ANALYSIS|EXPORT|DELETION)/gu, '{id}')
    .replaceAll('$TURN', '{turn_id}');
  const paths = rows.flatMap((row) => {
    const [, cell = ''] = row.split('|');
    return [...cell.matchAll(/(?:[A-Z]+ )?(\/[\w/{}.-]+)/gu)].map(([, path = '']) => path);
  });
  expect(paths.length).toBeGreaterThan(12);
  const untried = paths.filter(
    (path) => !commands.includes(`api ${path}`) && !commands.includes(`$STREAMBED_API${path}`),
  );
  expect(untried).toEqual([]);
  for (const name of [
    '"agent"',
    '"tools"',
    '"knowledge_base"',
    '$STREAMBED_CHAT_URL',
    '$STREAMBED_INVOKE_URL',
    '$STREAMBED_LANGCHAIN_URL',
  ]) {
    expect(commands).toContain(name);
  }
});

test('the sign-in commands in docs/identity.md work', async () => {
  const results = await runLines(await commandsOf('docs/identity.md', 'Signing in'));
  expect(results.filter(({ code }) => code !== 0)).toEqual([]);
  expect(results.at(-1)?.output).toMatch(/^\{"conversations":/u);
});

test('the tool and approval commands in docs/tools.md work', async () => {
  const results = await runLines(await commandsOf('docs/tools.md', ''));
  expect(results.filter(({ code }) => code !== 0)).toEqual([]);
  expect(results.at(-1)?.output).toContain('- buy milk');
});

test('every command of docs/troubleshooting.md about a symptom works', async () => {
  const file = 'docs/troubleshooting.md';
  const [, section = ''] = (await readFile(file, 'utf8')).split('## Follow a symptom\n');
  const [part = ''] = section.split(/^## /mu);
  const headings = [
    'Follow a symptom',
    ...[...part.matchAll(/^### (.+)$/gmu)].map(([, name = '']) => name),
  ];
  expect(headings.length).toBeGreaterThan(9);
  const blocks = await Promise.all(headings.map((heading) => commandsOf(file, heading)));
  expect(blocks.map(({ length }) => length)).not.toContain(0);
  const results = await runLines(blocks.flat());
  expect(results.filter(({ code }) => code !== 0)).toEqual([]);
  const printed = results.map(({ output }) => output).join('\n');
  expect(printed).toMatch(/(?:^\d+ \d+\n){3}/mu);
  expect(printed).toContain('{"Message":"Forbidden');
  expect(printed).toContain('Init Duration');
  expect(printed).toContain('"ThrottlingException"');
  expect(printed).toContain("[ [ 'complete', 'end_turn' ] ]");
  expect(printed).toContain('access-control-allow-origin: http://localhost:3000');
  expect(printed).toContain("token_use: 'access'");
  expect(printed).toMatch(/^false$/mu);
});

test('nothing is wrong with the stack, and the doctor says so', async () => {
  const [first = ''] = await commandsOf('docs/troubleshooting.md', 'Look for faults');
  const doctor = first.replace(/ *#.*/u, '').replace('npm run', 'npm run -s');
  expect(doctor).toBe('npm run -s doctor');
  // Whether this checkout is built anew, and how much memory there is, is not known here.
  const [result] = await runLines([`${doctor} -- --state ${stateFile} --json`]);
  const findings: readonly { readonly check: string }[] = JSON.parse(result?.output ?? '');
  expect(findings.filter(({ check }) => !['build', 'concurrency'].includes(check))).toEqual([]);
});
