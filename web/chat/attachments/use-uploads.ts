import { useEffect, useRef } from 'react';
import { uploadFile } from './attachment-api.ts';
import type { DraftFile } from './use-attachments.ts';

interface Upload {
  readonly file: File;
  readonly abort: AbortController;
}

export interface Uploads {
  start(key: string, file: File): void;
  /** Starts an upload that has failed once more. */
  again(key: string): void;
  abort(key: string): void;
  abortAll(): void;
}

/** Uploads files, and says what becomes of each. */
export function useUploads(
  onChange: (key: string, changes: Partial<DraftFile>) => void,
  onFailure: (name: string) => void,
): Uploads {
  const uploads = useRef(new Map<string, Upload>());
  const abortAll = (): void => {
    for (const { abort } of uploads.current.values()) abort.abort();
    uploads.current.clear();
  };
  useEffect(() => abortAll, []);

  const run = async (key: string, file: File): Promise<void> => {
    const abort = new AbortController();
    uploads.current.set(key, { file, abort });
    onChange(key, { state: 'uploading', progress: 0 });
    try {
      const onProgress = (progress: number): void => onChange(key, { progress });
      const attachmentId = await uploadFile(file, onProgress, abort.signal);
      onChange(key, { state: 'done', progress: 1, attachmentId });
    } catch {
      if (abort.signal.aborted) return;
      onChange(key, { state: 'failed' });
      onFailure(file.name);
    }
  };

  return {
    start: (key, file) => void run(key, file),
    again(key) {
      const upload = uploads.current.get(key);
      if (upload !== undefined) void run(key, upload.file);
    },
    abort(key) {
      uploads.current.get(key)?.abort.abort();
      uploads.current.delete(key);
    },
    abortAll,
  };
}
