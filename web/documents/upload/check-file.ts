import { maxDocumentBytes } from '#domain/document/document.ts';

/** Why a file is not uploaded. */
export type FileRefusal = 'too-large' | 'unknown-kind' | 'empty';

/** The names that a file may end with. */
export const extensions = ['.pdf', '.html', '.htm', '.md', '.markdown', '.txt'] as const;

/** Returns why a file cannot be read; undefined if it can. */
export function checkFile({
  name,
  size,
}: {
  readonly name: string;
  readonly size: number;
}): FileRefusal | undefined {
  const lower = name.toLowerCase();
  if (!extensions.some((extension) => lower.endsWith(extension))) return 'unknown-kind';
  if (size === 0) return 'empty';
  return size > maxDocumentBytes ? 'too-large' : undefined;
}

const maxNameLength = 200;

/** Returns the name that a file has as a document: short enough, and without control characters. */
export function documentName(name: string): string {
  const plain = name.replaceAll(/[\p{Cc}/\\]/gu, '_');
  const extension = plain.slice(plain.lastIndexOf('.'));
  return plain.length <= maxNameLength
    ? plain
    : plain.slice(0, maxNameLength - extension.length) + extension;
}
