import {
  isOfFormat,
  kindOf,
  maxAttachmentBytes,
  requestLimits,
  type AttachedFile,
  type AttachmentBlock,
  type Attachments,
} from '#domain/conversation/attachment.ts';
import type { ConversationKey } from '#domain/conversation/conversation.ts';
import type { PromptMessage } from '#domain/conversation/message.ts';
import { ChatError, invalidRequest } from '#domain/errors.ts';

/**
 * Returns the files that a request names. Throws `not_found` for a file that does not exist, and
 * `invalid_request` for one that no model would read; both name the field.
 */
export async function readSentFiles(
  attachments: Attachments,
  { owner, conversationId }: ConversationKey,
  ids: readonly string[],
): Promise<readonly AttachedFile[]> {
  const files = await Promise.all(
    ids.map((attachmentId) => attachments.read({ owner, attachmentId, conversationId })),
  );
  const found = files.map((file, index) => {
    const field = `attachments.${index}`;
    if (file === undefined) {
      throw new ChatError(
        'not_found',
        `${field}: there is no such file, or it has not arrived yet`,
      );
    }
    const fault = faultOf(file);
    if (fault !== undefined) throw invalidRequest(field, fault);
    return file;
  });
  const size = found.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size <= requestLimits.bytes) return found;
  throw invalidRequest(
    'attachments',
    `must be at most ${inMegabytes(requestLimits.bytes)} together`,
  );
}

/** Returns what is wrong with a file, whatever its upload has declared. */
function faultOf({ attachment, bytes }: AttachedFile): string | undefined {
  const { name, format } = attachment;
  const max = maxAttachmentBytes[kindOf(format)];
  if (bytes.length === 0) return `${name} is empty`;
  if (bytes.length > max) return `${name} must be at most ${inMegabytes(max)}`;
  return isOfFormat(bytes, format) ? undefined : `${name} is not a ${format} file`;
}

/** Returns a size in megabytes, as people read it. */
export function inMegabytes(bytes: number): string {
  return `${bytes / 1_048_576} MB`;
}

/**
 * Returns the messages of a request with the bytes of their files. The last message is the question:
 * the conversation keeps its files, and without one of them the question cannot be answered. Throws
 * `not_found` then. Of earlier files, the model is shown as many of the newest as it takes; in place
 * of others, the name. `sent` are files that have already been read.
 */
export async function withFiles(
  attachments: Attachments,
  { owner, conversationId }: ConversationKey,
  messages: readonly PromptMessage[],
  sent: readonly AttachedFile[] = [],
): Promise<readonly PromptMessage[]> {
  const known = new Map(sent.map((file) => [file.attachment.attachmentId, file]));
  const places = chooseFiles(messages);
  const read = async ({ attachment, at }: FilePlace): Promise<readonly [string, Uint8Array][]> => {
    const { attachmentId } = attachment;
    const kept = { owner, attachmentId, conversationId };
    const file = known.get(attachmentId) ?? (await attachments.read(kept));
    const isUsable = file !== undefined && faultOf(file) === undefined;
    const isAsked = at === messages.length - 1;
    if (isAsked && !isUsable) throw isGone(attachment);
    if (isAsked && isUsable) await attachments.keep(kept, file);
    return isUsable ? [[attachmentId, file.bytes]] : [];
  };
  const bytes = new Map((await Promise.all(places.map(read))).flat());
  return showFiles(messages, places, bytes);
}

/** A file, and the index of the message that it is shown with. */
interface FilePlace {
  readonly attachment: AttachmentBlock;
  readonly at: number;
}

/**
 * Returns the files that a request to a model can have, the newest first. A file that several
 * messages have is shown with the last one: Bedrock refuses a document that is in a request twice.
 */
function chooseFiles(messages: readonly PromptMessage[]): readonly FilePlace[] {
  const room = { ...requestLimits };
  const seen = new Set<string>();
  const all = messages.flatMap(({ content }, at) =>
    content.flatMap((block) => (block.type === 'attachment' ? [{ attachment: block, at }] : [])),
  );
  return all.toReversed().filter(({ attachment: { attachmentId, format, size } }) => {
    const kind = kindOf(format);
    if (room[kind] === 0 || room.bytes < size || seen.has(attachmentId)) return false;
    seen.add(attachmentId);
    room[kind] -= 1;
    room.bytes -= size;
    return true;
  });
}

function showFiles(
  messages: readonly PromptMessage[],
  places: readonly FilePlace[],
  bytes: ReadonlyMap<string, Uint8Array>,
): readonly PromptMessage[] {
  const last = new Map(places.map(({ attachment, at }) => [attachment.attachmentId, at]));
  let number = 0;
  return messages.map(({ role, content }, at) => ({
    role,
    content: content.map((block) => {
      if (block.type !== 'attachment') return block;
      const { attachmentId, format } = block;
      const shown = last.get(attachmentId) === at ? bytes.get(attachmentId) : undefined;
      if (shown === undefined) return { type: 'text', text: mentionOf(block) };
      number += 1;
      return { type: 'file', number, format, bytes: shown };
    }),
  }));
}

function isGone({ name }: AttachmentBlock): ChatError {
  return new ChatError(
    'not_found',
    `attachments: the file ${name} no longer exists. Upload it again and send a new message.`,
  );
}

/** Returns the text that stands for a file where its bytes cannot be shown. */
export function mentionOf({ name }: AttachmentBlock): string {
  return `[File: ${name}]\n`;
}
