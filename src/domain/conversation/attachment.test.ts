import { expect, test } from 'vitest';
import {
  attachmentFormats,
  formatOfName,
  fromFileMetadata,
  isOfFormat,
  toFileMetadata,
  uploadedName,
  type AttachmentFormat,
} from '#domain/conversation/attachment.ts';

const beginnings: Readonly<Record<AttachmentFormat, string>> = {
  png: '\u0089PNG\r\n\u001A\n',
  jpeg: '\u00FF\u00D8\u00FF\u00E0',
  gif: 'GIF89a',
  webp: 'RIFF\u0001\u0002\u0003\u0004WEBP',
  pdf: '%PDF-1.7',
  txt: 'Rivers',
  md: '# Rivers',
  html: '<!doctype html>',
  csv: 'river,length',
  docx: 'PK\u0003\u0004',
  xlsx: 'PK\u0003\u0004',
};

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(`${text}${' '.repeat(30)}`, (character) => character.charCodeAt(0));

const texts = new Set<AttachmentFormat>(['txt', 'md', 'html', 'csv']);

test('bytes are of a format only if they begin like it', () => {
  for (const format of attachmentFormats) {
    expect([format, isOfFormat(bytesOf(beginnings[format]), format)]).toEqual([format, true]);
    const others = attachmentFormats.filter(
      (other) => beginnings[other] !== beginnings[format] && !texts.has(other),
    );
    for (const other of others) {
      const found = isOfFormat(bytesOf(beginnings[format]), other);
      expect([format, other, found]).toEqual([format, other, false]);
    }
  }
});

test('text with a zero byte is not text that models read', () => {
  expect(isOfFormat(bytesOf('R\u0000i\u0000'), 'txt')).toBe(false);
});

test('the end of a name decides on the format', () => {
  expect(['a.PNG', 'a.jpg', 'a.b.htm', 'notes.markdown', 'a.docx'].map(formatOfName)).toEqual([
    'png',
    'jpeg',
    'html',
    'md',
    'docx',
  ]);
  expect(['png', 'a.exe', 'a.', 'a.constructor', 'a.pdf.zip'].map(formatOfName)).toEqual(
    Array(5).fill(undefined),
  );
});

test('no owner can name a file of another', () => {
  const names = ['a', 'a/b', 'a%2Fb', 'a_b', '../a'].map((owner) =>
    uploadedName({ owner, attachmentId: 'x' }),
  );
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name.split('/')).toHaveLength(4);
});

test('the name of a file survives in metadata of ASCII', () => {
  const name = '報告 (2).pdf';
  const metadata = toFileMetadata(name);
  expect(metadata.name).toMatch(/^[\x21-\x7e]+$/u);
  expect(fromFileMetadata({ owner: 'ada', attachmentId: 'x' }, metadata, 3)).toEqual({
    type: 'attachment',
    attachmentId: 'x',
    name,
    format: 'pdf',
    size: 3,
  });
});
