import { readFileSync, writeFileSync } from 'node:fs';
import { describeRules } from '#local/bedrock/rules/describe-rules.ts';
import { modelRules } from '#local/bedrock/rules/model-rules.ts';

/** Writes the table of the rules of models into its page of the documentation. */

const page = new URL('../docs/bedrock-rules.md', import.meta.url);
const text = readFileSync(page, 'utf8');
const before = text.slice(0, text.indexOf('| rule'));
writeFileSync(page, `${before}${describeRules(modelRules)}`);
