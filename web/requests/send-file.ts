import { ChatError } from '#domain/errors.ts';

export interface FileUpload {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly file: Blob;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that have left. */
  readonly onProgress: (sentBytes: number) => void;
}

/**
 * Uploads a file to a signed URL. Only `XMLHttpRequest` reports the progress of an upload. Throws a
 * `ChatError` if S3 refuses the file, and an `Error` if S3 cannot be reached.
 */
export function sendFile({ url, headers, file, signal, onProgress }: FileUpload): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    signal.addEventListener('abort', abort);
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
    request.addEventListener('loadend', () => signal.removeEventListener('abort', abort));
    request.addEventListener('load', () => {
      // 412: an earlier upload, whose answer was lost, had arrived.
      const hasArrived = request.status === 200 || request.status === 412;
      if (hasArrived) resolve();
      else reject(new ChatError('internal', `S3 answered ${request.status}`));
    });
    request.addEventListener('error', () => reject(new Error('S3 cannot be reached')));
    request.addEventListener('abort', () => reject(new Error('The upload was cancelled')));
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) {
      // The browser sets this one itself.
      if (name.toLowerCase() !== 'content-length') request.setRequestHeader(name, value);
    }
    request.send(file);
  });
}
