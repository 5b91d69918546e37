import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployedAnswers, runExample } from '#test/fixtures/example.ts';
import { startSystem, type StreambedSystem } from '#test/fixtures/system.ts';

let system: StreambedSystem;

beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.close());

/** The expected output of an example's commands, without those that print nothing. */
const examples: Readonly<Record<string, readonly RegExp[]>> = {
  'streaming-url': [/^> \*\*Simulated answer\.\*\*[^]+rivers/u],
  python: [/^\{"words": 7, "most_frequent": \[\["the", 3\],/u],
  workflow: [/^headline\n[^]+bridge[^]+^summary\n[^]+1932[^]+^keyPhrases\n[^]+harbour bridge/mu],
  'openai-client': [/rivers[^]+^amazon\.nova-lite-v1:0: \d+ tokens$/mu],
  'use-chat': [/^> My name is Ada[^]+^> What is my name\?[^]+Your name is \*\*Ada\*\*/mu],
  'add-a-tool': [
    /^Call: get_order \{"order_number":"AB-1001"\}\nResult: Order AB-1001: shipped[^]+> Order/mu,
    /^Result: There is no order XY-9999\.$/mu,
  ],
  'bedrock-faults': [
    new RegExp(
      [
        /'hello' .+ 1 .+ 'end_turn'/u,
        /'busy' .+ 2 .+ 'end_turn'/u,
        /'overloaded' .+ 3 .+ 'ServiceUnavailableException'/u,
        /'slow' .+ 1 .+ (?:9|\d\d)\d\d .+ 'end_turn'/u,
        /'fails' .+ 1 .+ 'ModelStreamErrorException'/u,
        /'lost' .+ 'HTTP\/2' .+ 'cut short, without an error'/u,
        /'lost' .+ 'HTTP\/1\.1' .+ 'ECONNRESET'/u,
      ]
        .map(({ source }) => source)
        .join('[^]+'),
      'u',
    ),
  ],
  sam: deployedAnswers,
  'test-with-bedrock': [/pass 4\n[^]*fail 0\n/u],
};

const hasPython = spawnSync('python3', ['--version']).status === 0;
const names = Object.keys(examples).filter((name) => name !== 'python' || hasPython);

test.each(names)('examples/%s: the commands of its README work', async (name) => {
  const { texts, pieces } = await runExample(name, system);
  expect(texts.filter((text) => text !== '')).toEqual(
    examples[name]?.map((pattern) => expect.stringMatching(pattern) as unknown),
  );
  expect(pieces).toBeGreaterThan(name === 'streaming-url' ? 2 : 0);
});

test('every example has a test and an entry in the index', async () => {
  const entries = await readdir('examples', { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  // The long tests run these, because they install tools.
  const installed = folders.filter((name) => existsSync(`examples/${name}/package.json`));
  expect(new Set(folders)).toEqual(new Set([...Object.keys(examples), ...installed]));
  expect(installed).toEqual(['amplify', 'serverless']);
  const index = await readFile('examples/README.md', 'utf8');
  const linked = [...index.matchAll(/\]\(([\w-]+)\)/gu)].map(([, folder]) => folder);
  expect(new Set(linked)).toEqual(new Set(folders));
});
