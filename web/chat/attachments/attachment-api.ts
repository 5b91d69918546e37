import * as v from 'valibot';
import {
  attachmentAcceptedJson,
  attachmentDownloadJson,
} from '#protocol/conversation/attachment-schema.ts';
import type { UploadJson } from '#protocol/http/upload-schema.ts';
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
  await send(accepted.upload, file, { onProgress, signal });
  return accepted.attachment_id;
}

interface SendOptions {
  readonly onProgress: (part: number) => void;
  readonly signal: AbortSignal;
}

/** `fetch` cannot report how much of a body has been sent. */
function send(
  { method, url, headers }: UploadJson,
  file: File,
  { onProgress, signal }: SendOptions,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const request = new XMLHttpRequest();
  request.open(method, url);
  for (const [name, value] of Object.entries(headers)) {
    // The browser sets this one itself.
    if (name.toLowerCase() !== 'content-length') request.setRequestHeader(name, value);
  }
  request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded / total));
  request.addEventListener('load', () => {
    if (request.status < 300) resolve();
    else reject(new Error(`HTTP ${request.status}`));
  });
  request.addEventListener('error', () => reject(new TypeError('The upload failed.')));
  request.addEventListener('abort', () => reject(signal.reason));
  signal.addEventListener('abort', () => request.abort(), { once: true });
  request.send(file);
  return promise;
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
