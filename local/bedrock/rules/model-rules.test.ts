import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeRules } from '#local/bedrock/rules/describe-rules.ts';
import { modelRules } from '#local/bedrock/rules/model-rules.ts';

test('the documentation has the table of all rules (npm run bedrock-rules)', () => {
  const page = readFileSync('docs/bedrock-rules.md', 'utf8');
  expect(page.slice(page.indexOf('| rule'))).toBe(describeRules(modelRules));
});

test('every rule has a name of its own, and says what is refused and how that is known', () => {
  const names = modelRules.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, summary, sources, checked } of modelRules) {
    expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/u);
    expect(summary).toMatch(/^[A-Z`].*[.)]$/u);
    expect(sources.length, name).toBeGreaterThan(0);
    for (const source of sources) expect(URL.canParse(source), source).toBe(true);
    expect(checked).toMatch(/^\d{4}-\d{2}-\d{2}$/u);
  }
});

test('no rule names a model', () => {
  const folder = 'local/bedrock/rules';
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const name of files.filter((file) => /(?<!\.test)\.ts$/u.test(file))) {
    const code = readFileSync(`${folder}/${name}`, 'utf8');
    expect(code, name).not.toMatch(/model\.(?:id|provider|name|format)\b.*(?:===|includes|test)/u);
  }
});
