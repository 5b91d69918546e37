import { expect, test } from 'vitest';
import { detectFormat } from '#local/lambda/runtime/module-format.ts';

test.each([
  ['an import', "import fs from 'node:fs';"],
  ['an import without a space', "import{a}from'./a.mjs';import'./b.mjs'"],
  ['an import after other code', "const a = 1; import b from './b.mjs';"],
  ['an import behind a comment', "/* c */ import b from './b.mjs';"],
  ['an export', 'export const a = 1;'],
  ['an export without a space', 'const a=1;export{a as default};'],
  ['import.meta', 'exports.url = import.meta.url;'],
  ['await at the top level', 'await Promise.resolve();'],
  ['a variable named require', 'const require = 1;'],
])('a file with %s is an ES module', (_, source) => {
  expect(detectFormat(source, true)).toBe('module');
  expect(detectFormat(source, false)).toBe('commonjs');
});

test.each([
  ['a variable that begins like an import', 'var import_types = 1;\nimport_types = 2;'],
  ['a label that begins like an import', 'importJWK: for (;;) { break importJWK; }'],
  ['a property named export', 'const a = {\nexport: 1,\nimport: 2 };\na.export = a\n.import;'],
  ['an import in a text', 'const a = `\nimport b from "b";\nexport default b;\n`;'],
  ['an import in a comment', '/*\nimport b from "b";\n*/ exports.a = 1;'],
  ['an import in a regular expression', "const a = /import b from 'b'/u;"],
  ['a dynamic import', 'exports.a = () =>\nimport("node:fs");'],
  ['await in a function', 'exports.a = async () => {\nawait 1; };'],
  ['a hashbang', '#!/usr/bin/env node\nmodule.exports = 1;'],
  ['sloppy syntax', 'with (Math) exports.a = 010;'],
  ['a syntax error', 'exports.a = (;'],
])('a file with %s is CommonJS', (_, source) => {
  expect(detectFormat(source, true)).toBe('commonjs');
});
