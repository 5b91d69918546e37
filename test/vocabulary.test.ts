import { glob, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** The words of CONTRIBUTING.md that have a standard term. English texts of the model are data. */
const avoided =
  /\b(?:[Dd]oors?|[Tt]old|[Kk]eeping|[Tt]alking|most[A-Z]\w*|(?:type|interface) \w*(?:Behind|Live|World))\b/gu;
const isData = (path: string): boolean =>
  /\.next|node_modules|bedrock\/simulated\/language|vocabulary\.test/u.test(path);

test('the code uses the terms of CONTRIBUTING.md', async () => {
  const found: string[] = [];
  let files = 0;
  // Not an argument itself, because knip takes files that such a pattern matches for used ones.
  const sources = '{src,local,models,infra,web,scripts,test,examples}/**/*.{ts,tsx,mjs}';
  for await (const path of glob(sources, { exclude: isData })) {
    if (isData(path)) continue;
    files += 1;
    for (const [word] of (await readFile(path, 'utf8')).matchAll(avoided))
      found.push(`${path}: ${word}`);
  }
  expect(files).toBeGreaterThan(500);
  // The name of a field in the first stored format.
  expect(found).toEqual(['src/aws/conversation/conversation-items.ts: mostNanoUsd']);
});
