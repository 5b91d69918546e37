import {
  attachmentFormats,
  formatOfName,
  kindOf,
  maxAttachmentBytes,
} from '#domain/conversation/attachment.ts';
import type { AttachmentWords } from './words.ts';

/** What the dialog that picks files offers. */
export const acceptedFiles = [...attachmentFormats, 'jpg'].map((format) => `.${format}`).join(',');

/** Returns why a file cannot go with a message; undefined if it can. Nothing is sent for this. */
export function fileProblem(
  { name, size }: Pick<File, 'name' | 'size'>,
  words: AttachmentWords,
): string | undefined {
  const format = formatOfName(name);
  if (format === undefined) return words.wrongKind(name);
  if (size === 0) return words.empty(name);
  const max = maxAttachmentBytes[kindOf(format)];
  return size > max ? words.tooLarge(name, sizeText(max)) : undefined;
}

/** Returns a size for people: `2.4 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  if (bytes < 1_048_576) return `${Math.round(bytes / 1_024)} KB`;
  return `${(bytes / 1_048_576).toFixed(2).replace(/\.?0+$/u, '')} MB`;
}

/** Whether a file is shown as a picture. */
export function isImage(name: string): boolean {
  const format = formatOfName(name);
  return format !== undefined && kindOf(format) === 'image';
}

/** Pasted pictures have no name of their own. Those of one paste get different ones. */
export function withName(file: File, number: number): File {
  if (formatOfName(file.name) !== undefined && file.name !== 'image.png') return file;
  const [, extension = ''] = file.type.split('/');
  if (!file.type.startsWith('image/')) return file;
  const name = `image-${number}.${extension === 'jpeg' ? 'jpg' : extension}`;
  return new File([file], name, { type: file.type });
}
