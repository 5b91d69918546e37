import { toSegment } from '#domain/segment.ts';

/** How models take a file: as something to look at, or as something to read. */
export type AttachmentKind = 'image' | 'document';

/** The formats of files that messages may have. */
export const attachmentFormats = [
  'png',
  'jpeg',
  'gif',
  'webp',
  'pdf',
  'txt',
  'md',
  'html',
  'csv',
  'docx',
  'xlsx',
] as const;

export type AttachmentFormat = (typeof attachmentFormats)[number];

/** A file of a message. The file itself is in a bucket, and is read when the model is asked. */
export interface AttachmentBlock {
  readonly type: 'attachment';
  readonly attachmentId: string;
  readonly name: string;
  readonly format: AttachmentFormat;
  /** In bytes. */
  readonly size: number;
}

/** A file with its bytes, for a model, and its number among the files of the request, from 1. */
export interface FileBlock {
  readonly type: 'file';
  readonly number: number;
  readonly format: AttachmentFormat;
  readonly bytes: Uint8Array;
}

/** A file with its bytes. */
export interface AttachedFile {
  readonly attachment: AttachmentBlock;
  readonly bytes: Uint8Array;
}

/** Identifies a file. The owner is part of the key, so no other owner can read it. */
export interface AttachmentKey {
  readonly owner: string;
  readonly attachmentId: string;
}

/** The copy of a file that a conversation keeps. */
export interface KeptKey extends AttachmentKey {
  readonly conversationId: string;
}

/** The files of messages. Every call reaches one owner's files only. */
export interface Attachments {
  /**
   * Returns a file as the conversation keeps it, if one is named, or else as it was uploaded;
   * undefined if it does not exist.
   */
  read(
    key: AttachmentKey & { readonly conversationId?: string | undefined },
  ): Promise<AttachedFile | undefined>;
  /** Stores a copy of a file for a conversation. Repeating the call changes nothing. */
  keep(key: KeptKey, file: AttachedFile): Promise<void>;
}

/** The maximum number of files of a message. Converse takes 5 documents and 20 images. */
export const maxAttachments = 5;

/** The maximum size of a file, in bytes (API reference of Converse). */
export const maxAttachmentBytes: Readonly<Record<AttachmentKind, number>> = {
  image: 3.75 * 1_048_576,
  document: 4.5 * 1_048_576,
};

/** What a request to a model can have. Bedrock takes 25 MB, in which files are in base64. */
export const requestLimits: Readonly<Record<AttachmentKind | 'bytes', number>> = {
  image: 20,
  document: 5,
  bytes: 17 * 1_048_576,
};

/** More than any model takes for an image that it does not scale down. */
export const tokensPerImage = 1_600;

interface FormatFacts {
  readonly kind: AttachmentKind;
  readonly mediaType: string;
  /** The bytes that every file begins with; absent for text. */
  readonly isBeginning?: (beginning: string) => boolean;
  /** Returns the approximate number of tokens of a file, rather too high than too low. */
  tokens(size: number): number;
}

const facts: Readonly<Record<AttachmentFormat, FormatFacts>> = {
  png: toImage('image/png', (beginning) => beginning.startsWith('\u0089PNG\r\n\u001A\n')),
  jpeg: toImage('image/jpeg', (beginning) => beginning.startsWith('\u00FF\u00D8\u00FF')),
  gif: toImage('image/gif', (beginning) => /^GIF8[79]a/u.test(beginning)),
  webp: toImage('image/webp', (beginning) => /^RIFF.{4}WEBP/su.test(beginning)),
  pdf: {
    kind: 'document',
    mediaType: 'application/pdf',
    isBeginning: (beginning) => beginning.includes('%PDF-'),
    // Fonts and pictures take more room than text.
    tokens: (size) => Math.ceil(size / 10),
  },
  txt: toText('text/plain'),
  md: toText('text/markdown'),
  html: toText('text/html'),
  csv: toText('text/csv'),
  docx: toArchive('wordprocessingml.document'),
  xlsx: toArchive('spreadsheetml.sheet'),
};

function toImage(mediaType: string, isBeginning: (beginning: string) => boolean): FormatFacts {
  return { kind: 'image', mediaType, isBeginning, tokens: () => tokensPerImage };
}

function toText(mediaType: string): FormatFacts {
  return { kind: 'document', mediaType, tokens: (size) => Math.ceil(size / 3) };
}

/** The text of these formats is compressed. */
function toArchive(name: string): FormatFacts {
  return {
    kind: 'document',
    mediaType: `application/vnd.openxmlformats-officedocument.${name}`,
    isBeginning: (beginning) => beginning.startsWith('PK\u0003\u0004'),
    tokens: (size) => Math.ceil(size / 2),
  };
}

/** Returns how models take a format. */
export function kindOf(format: AttachmentFormat): AttachmentKind {
  return facts[format].kind;
}

/** Returns the media type of a format. */
export function mediaTypeOf(format: AttachmentFormat): string {
  return facts[format].mediaType;
}

const otherExtensions: Readonly<Record<string, AttachmentFormat>> = {
  jpg: 'jpeg',
  htm: 'html',
  markdown: 'md',
};

/** Returns the format that a file's name ends with; undefined for any other. */
export function formatOfName(name: string): AttachmentFormat | undefined {
  const extension = /\.([^.]+)$/u.exec(name)?.[1]?.toLowerCase() ?? '';
  const known = attachmentFormats.find((format) => format === extension);
  return known ?? (Object.hasOwn(otherExtensions, extension) ? otherExtensions[extension] : known);
}

/** How much of a file is looked at. A PDF may have something before its header. */
const beginningBytes = 1_024;

/** Returns whether bytes are of a format, as far as their beginning shows. */
export function isOfFormat(bytes: Uint8Array, format: AttachmentFormat): boolean {
  const beginning = bytes.subarray(0, beginningBytes);
  const { isBeginning } = facts[format];
  if (isBeginning !== undefined) return isBeginning(String.fromCharCode(...beginning));
  // Text in UTF-8 has no byte that is zero. Text in UTF-16 does, and models misread it.
  return !beginning.includes(0);
}

/** Returns the approximate number of tokens of a file of some bytes. */
export function estimateFile(format: AttachmentFormat, size: number): number {
  return facts[format].tokens(size);
}

/** Returns the name of a file as it was uploaded. It expires after a day. */
export function uploadedName({ owner, attachmentId }: AttachmentKey): string {
  return `attachments/uploaded/${toSegment(owner)}/${attachmentId}`;
}

/** Returns the name of the copy of a file that a conversation keeps. */
export function keptName({ conversationId, ...key }: KeptKey): string {
  return `${keptFolder(key)}${conversationId}`;
}

/** Returns the folder with all copies of a file that conversations keep. */
export function keptFolder({ owner, attachmentId }: AttachmentKey): string {
  return `${keptFiles(owner)}${attachmentId}/`;
}

/** Returns the folder with all files that the conversations of an owner keep. */
export function keptFiles(owner: string): string {
  return `attachments/kept/${toSegment(owner)}/`;
}

/** Returns what is stored with the bytes of a file: its name, in ASCII. */
export function toFileMetadata(name: string): { readonly name: string } {
  return { name: encodeURIComponent(name) };
}

/** Returns a file as it is described by what is stored with its bytes. Throws if that is malformed. */
export function fromFileMetadata(
  { attachmentId }: AttachmentKey,
  metadata: Readonly<Record<string, string>>,
  size: number,
): AttachmentBlock {
  const name = decodeURIComponent(metadata['name'] ?? '');
  const format = formatOfName(name);
  if (format === undefined) throw new TypeError(`The file ${attachmentId} has no known format`);
  return { type: 'attachment', attachmentId, name, format, size };
}
