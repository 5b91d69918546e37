import * as v from 'valibot';
import {
  attachmentAcceptedJson,
  attachmentDownloadJson,
} from '#protocol/conversation/attachment-schema.ts';
import { sendFile } from '../../requests/send-file.ts';
import { toError } from '../api.ts';
import { callApi } from '../call-api.ts';

/** Uploads a file for a message and returns its id. Throws if that fails or is aborted. */
export async function uploadFile(
  file: File,
  onProgress: (part: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const response = await callApi('/attachments', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: file.name, size: file.size }),
    signal,
  });
  if (!response.ok) throw await toError(response);
  const accepted = v.parse(attachmentAcceptedJson, await response.json());
  const { url, headers } = accepted.upload;
  await sendFile({
    url,
    headers,
    file,
    signal,
    onProgress: (sentBytes) => onProgress(sentBytes / file.size),
  });
  return accepted.attachment_id;
}

/** Returns the content of a stored file. Throws a `ChatError`. */
export async function readFile(attachmentId: string): Promise<Blob> {
  const path = `/attachments/${encodeURIComponent(attachmentId)}`;
  const response = await callApi(path);
  if (!response.ok) throw await toError(response);
  const { url } = v.parse(attachmentDownloadJson, await response.json());
  const file = await fetch(url);
  if (!file.ok) throw await toError(file);
  return file.blob();
}
