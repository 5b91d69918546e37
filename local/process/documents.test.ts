import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDisk } from './disk.ts';
import { documentSchema, openDocuments, readDocuments } from './documents.ts';
import { openStore } from './store.ts';
import { string, structure } from '#local/wire/shape.ts';

test.each(['{', '[]', '{"name":1}'])('the document %s is damage of its file', (json) => {
  const folder = mkdtempSync(join(tmpdir(), 'streambed-'));
  const file = join(folder, 'ssm.sqlite');
  const store = openStore(file, documentSchema, createDisk(folder));
  const shape = structure({ name: string() });
  openDocuments(store, 'parameter', shape).put('whole', { name: 'a' });
  expect(readDocuments(file, 'parameter', shape)).toEqual([{ name: 'a' }]);
  store.change('INSERT INTO documents VALUES (?, ?, ?)')('parameter', 'broken', json);
  const message = `${file} is damaged. Restore it from a copy`;
  expect(() => openDocuments(store, 'parameter', shape)).toThrow(message);
  expect(() => readDocuments(file, 'parameter', shape)).toThrow(message);
  store.close();
});
