import type { Language } from '../../words/languages.ts';

const en = {
  addFiles: 'Add files',
  files: 'Files',
  remove: (name: string) => `Remove ${name}`,
  progress: (name: string) => `Uploading ${name}`,
  tooLarge: (name: string, max: string) => `${name}: This file is larger than ${max}.`,
  wrongKind: (name: string) => `${name}: This kind of file can’t be read.`,
  empty: (name: string) => `${name}: This file is empty.`,
  tooMany: (max: number) => `A message can have up to ${max} files.`,
  failed: (name: string) => `${name}: The file couldn’t be uploaded.`,
  tryAgain: 'Try again',
};

export type AttachmentWords = typeof en;

const ja: AttachmentWords = {
  addFiles: 'ファイルを追加',
  files: 'ファイル',
  remove: (name) => `${name} を外す`,
  progress: (name) => `${name} をアップロード中`,
  tooLarge: (name, max) => `${name}：ファイルが ${max} を超えています。`,
  wrongKind: (name) => `${name}：この形式は読み取れません。`,
  empty: (name) => `${name}：ファイルが空です。`,
  tooMany: (max) => `1件のメッセージに添付できるファイルは${max}件までです。`,
  failed: (name) => `${name}：アップロードできませんでした。`,
  tryAgain: '再試行',
};

export const attachmentWords: Record<Language, AttachmentWords> = { en, ja };
