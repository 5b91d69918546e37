import { spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeStateFile } from '#local/host/state/state-file.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';

let system: StreambedSystem;
let stateFile = '';
let readme = '';

beforeAll(async () => {
  system = await startSystem({
    knowledge: 'docs',
    parameters: {
      KnowledgeBases: 'docs=LOCALKB001',
      Agents: 'helper=arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/helper-local',
    },
  });
  stateFile = join(await mkdtemp(join(tmpdir(), 'streambed-')), 'local.json');
  await writeStateFile(stateFile, system.state);
  readme = await readFile('README.md', 'utf8');
});
afterAll(() => system.close());

/** Returns the commands of a section of a document, with continued lines joined. */
function commandsOf(document: string, heading: string): readonly string[] {
  const [, section = ''] = document.split(`## ${heading}\n`);
  const [, block = ''] = /```sh\n([^]*?)```/u.exec(section) ?? [];
  const whole = block.replaceAll(/(?:\\\n|\|\n)\s*/gu, (end) => (end.startsWith('|') ? '| ' : ''));
  const lines = whole.split('\n').filter((line) => line !== '');
  return lines.map((line) =>
    line.replace('npm run -s urls', `node scripts/urls.ts --state ${stateFile}`),
  );
}

const commands = (): readonly string[] => commandsOf(readme, 'Ask it');

interface CommandResult {
  readonly line: string;
  readonly code: number;
  readonly output: string;
}

/** Runs lines in one shell, and returns the output and exit code of each. */
async function run(lines: readonly string[]): Promise<readonly CommandResult[]> {
  const mark = '=====';
  const script = lines.map((line) => `${line}\necho "${mark}$?"`).join('\n');
  const child = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const output = Buffer.concat(await Array.fromAsync(child.stdout)).toString('utf8');
  const parts = output.split(new RegExp(`${mark}(\\d+)\\n`, 'u'));
  return lines.map((line, index) => ({
    line,
    output: parts[2 * index] ?? '',
    code: Number(parts[2 * index + 1]),
  }));
}

test('every command in the README works', async () => {
  const lines = commands();
  expect(lines.length).toBeGreaterThan(25);
  const results = await run(lines);
  expect(results.filter(({ code }) => code !== 0)).toEqual([]);
  const silent = results.filter(
    ({ line, output }) => output === '' && /^(?:signed|curl) /u.test(line),
  );
  expect(silent).toEqual([]);
});

test('the sign-in commands in docs/identity.md work', async () => {
  const lines = commandsOf(await readFile('docs/identity.md', 'utf8'), 'Signing in');
  const results = await run(lines);
  expect(results.filter(({ code }) => code !== 0)).toEqual([]);
  expect(results.at(-1)?.output).toMatch(/^\{"conversations":/u);
});

test('the tool and approval commands in docs/tools.md work', async () => {
  const [, block = ''] = /```sh\n([^]*?)```/u.exec(await readFile('docs/tools.md', 'utf8')) ?? [];
  const lines = block
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace('npm run -s urls', `node scripts/urls.ts --state ${stateFile}`));
  const results = await run(lines);
  expect(results.filter(({ code }) => code !== 0)).toEqual([]);
  expect(results.at(-1)?.output).toContain('- buy milk');
});

test('every route in the README’s table has a command', () => {
  const [, section = ''] = readme.split('## Ask it');
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(14);
  const commandText = commands()
    .join('\n')
    .replaceAll(/\$(?:ID|TASK|DOCUMENT|ANALYSIS)/gu, '{id}');
  const paths = rows.flatMap((row) => {
    const [, cell = ''] = row.split('|');
    return [...cell.matchAll(/(?:[A-Z]+ )?(\/[\w/{}.-]+)/gu)].map(([, path = '']) => path);
  });
  expect(paths.length).toBeGreaterThan(12);
  expect(
    paths.filter(
      (path) => !commandText.includes(`api ${path}`) && !commandText.includes(`$API${path}`),
    ),
  ).toEqual([]);
  for (const name of [
    '"agent"',
    '"tools"',
    '"knowledge_base"',
    '$CHAT_URL',
    '$INVOKE_URL',
    '$LANGCHAIN_URL',
  ]) {
    expect(commandText).toContain(name);
  }
});
