import { mediaTypeOf, type AttachmentBlock } from '#domain/conversation/attachment.ts';
import { attachmentsIn, type Message } from '#domain/conversation/message.ts';
import type { AttachmentJson } from '#protocol/conversation/attachment-schema.ts';

/** Returns a file of a message in the public JSON. */
export function toAttachmentJson(attachment: AttachmentBlock): AttachmentJson {
  const { attachmentId, name, format, size } = attachment;
  return { attachment_id: attachmentId, name, type: mediaTypeOf(format), size };
}

/** Returns the files of a message in the public JSON; no field if it has none. */
export function toAttachmentsJson(message: Message): { attachments?: AttachmentJson[] } {
  const attachments = attachmentsIn(message).map(toAttachmentJson);
  return attachments.length === 0 ? {} : { attachments };
}
