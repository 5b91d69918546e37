import type { Clock } from '#domain/clock.ts';
import {
  kindOf,
  mediaTypeOf,
  toFileMetadata,
  uploadedName,
  type AttachmentBlock,
  type AttachmentKey,
} from '#domain/conversation/attachment.ts';
import type { JsonResult } from '#api/http/json-response.ts';
import { newId } from '#api/http/ids.ts';
import { toAttachmentJson } from '#protocol/conversation/attachment-json.ts';
import {
  parseAttachmentId,
  parseAttachmentRequest,
  unknownAttachment,
} from '#protocol/conversation/attachment-request.ts';
import type {
  AttachmentAcceptedJson,
  AttachmentDownloadJson,
} from '#protocol/conversation/attachment-schema.ts';
import { toTime } from '#protocol/http/time.ts';

/** The bucket with the files of messages, and the URLs that reach it. */
export interface AttachmentPorts {
  find(
    key: AttachmentKey,
  ): Promise<{ readonly attachment: AttachmentBlock; readonly objectName: string } | undefined>;
  /** Returns a URL that accepts one upload of this size, with this content type and metadata. */
  signUpload(
    objectName: string,
    upload: {
      readonly contentType: string;
      readonly size: number;
      readonly metadata: Readonly<Record<string, string>>;
    },
  ): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }>;
  /** Returns a URL that downloads a file for some seconds, with this `Content-Disposition`. */
  signDownload(objectName: string, seconds: number, disposition: string): Promise<string>;
}

interface AttachmentContext {
  readonly ports: { readonly attachments: AttachmentPorts; readonly clock: Clock };
  readonly owner: string;
}

/**
 * Answers with a URL for the upload of one file. Its size and its type are signed, so that another
 * file is refused by S3. What has not been used in a message expires after a day.
 */
export async function acceptAttachment(
  { ports: { attachments, clock }, owner }: AttachmentContext,
  body: string,
): Promise<JsonResult> {
  const { name, format, size } = parseAttachmentRequest(body);
  const key = { owner, attachmentId: newId(clock.now()) };
  const upload = await attachments.signUpload(uploadedName(key), {
    contentType: mediaTypeOf(format),
    size,
    metadata: toFileMetadata(name),
  });
  const accepted: AttachmentAcceptedJson = {
    attachment_id: key.attachmentId,
    upload: { method: 'PUT', ...upload },
  };
  return { status: 201, body: accepted };
}

/** How long a download URL is valid. */
const downloadSeconds = 60;

/** Answers with a file of the caller's and a URL from which it is downloaded. Throws `not_found`. */
export async function readAttachment(
  { ports: { attachments, clock }, owner }: AttachmentContext,
  id: string,
): Promise<JsonResult> {
  const found = await attachments.find({ owner, attachmentId: parseAttachmentId(id) });
  if (found === undefined) throw unknownAttachment();
  const { attachment, objectName } = found;
  const disposition = dispositionOf(attachment);
  const url = await attachments.signDownload(objectName, downloadSeconds, disposition);
  const expiresAt = toTime(clock.now() + downloadSeconds * 1_000);
  const body: AttachmentDownloadJson = {
    ...toAttachmentJson(attachment),
    url,
    expires_at: expiresAt,
  };
  return { status: 200, body };
}

/** Only images are shown in place: a browser would run the scripts of a page. RFC 6266, RFC 8187. */
function dispositionOf({ name, format }: AttachmentBlock): string {
  const type = kindOf(format) === 'image' ? 'inline' : 'attachment';
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/gu, escapeOctet);
  return `${type}; filename*=UTF-8''${encoded}`;
}

function escapeOctet(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
