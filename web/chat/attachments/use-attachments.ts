'use client';

import { useEffect, useRef, useState } from 'react';
import { maxAttachments } from '#domain/conversation/attachment.ts';
import type { AttachmentJson } from '#protocol/conversation/attachment-schema.ts';
import { useWords } from '../../words/use-words.ts';
import { uploadFile } from './attachment-api.ts';
import { fileProblem, isImage, withName } from './check-file.ts';
import { attachmentWords } from './words.ts';

/** A file that goes with the next message. */
export interface DraftFile {
  readonly key: string;
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly state: 'uploading' | 'done' | 'failed';
  /** The part that has been sent, from 0 to 1. */
  readonly progress: number;
  /** The address of a picture in this tab. */
  readonly preview?: string;
  /** Its id, once it is uploaded. */
  readonly attachmentId?: string;
}

export interface DraftFiles {
  readonly files: readonly DraftFile[];
  /** Why files were not accepted. */
  readonly problems: readonly string[];
  /** Whether all files are uploaded, so that the message can go. */
  readonly areReady: boolean;
  add(files: readonly File[]): void;
  remove(key: string): void;
  retry(key: string): void;
  /** Puts files back that were uploaded for a message which was given up. */
  restore(attachments: readonly AttachmentJson[]): void;
  /** Removes all files, for example because another conversation is shown. */
  clear(): void;
  /** Takes the files for a message. */
  take(): readonly AttachmentJson[];
}

interface Upload {
  readonly file: File;
  readonly abort: AbortController;
}

/** Holds the files of the next message, and uploads them at once. */
export function useDraftFiles(): DraftFiles {
  const words = useWords(attachmentWords);
  const [files, setFiles] = useState<readonly DraftFile[]>([]);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const uploads = useRef(new Map<string, Upload>());
  const count = useRef(0);
  useEffect(() => {
    const { current } = uploads;
    return () => current.forEach(({ abort }) => abort.abort());
  }, []);

  const change = (key: string, changes: Partial<DraftFile>): void =>
    setFiles((before) => before.map((each) => (each.key === key ? { ...each, ...changes } : each)));

  const upload = async (key: string, file: File): Promise<void> => {
    const abort = new AbortController();
    uploads.current.set(key, { file, abort });
    change(key, { state: 'uploading', progress: 0 });
    try {
      const onProgress = (progress: number): void => change(key, { progress });
      const attachmentId = await uploadFile(file, onProgress, abort.signal);
      change(key, { state: 'done', progress: 1, attachmentId });
    } catch {
      if (abort.signal.aborted) return;
      change(key, { state: 'failed' });
      setProblems((before) => [...before, words.failed(file.name)]);
    }
  };

  return {
    files,
    problems,
    areReady: files.every(({ state }) => state === 'done'),
    add(added) {
      const named = added.map((file) => withName(file, (count.current += 1)));
      const refusals = named.map((file) => fileProblem(file, words));
      const accepted = named.filter((_, index) => refusals[index] === undefined);
      const room = maxAttachments - files.length;
      const tooMany = accepted.length > room ? [words.tooMany(maxAttachments)] : [];
      setProblems([...refusals.filter((each) => each !== undefined), ...tooMany]);
      for (const file of accepted.slice(0, room)) {
        const key = crypto.randomUUID();
        const draft: DraftFile = {
          key,
          name: file.name,
          size: file.size,
          type: file.type,
          state: 'uploading',
          progress: 0,
          ...(isImage(file.name) ? { preview: URL.createObjectURL(file) } : {}),
        };
        setFiles((before) => [...before, draft]);
        void upload(key, file);
      }
    },
    remove(key) {
      uploads.current.get(key)?.abort.abort();
      uploads.current.delete(key);
      const { preview } = files.find((each) => each.key === key) ?? {};
      if (preview !== undefined) URL.revokeObjectURL(preview);
      setProblems([]);
      setFiles((before) => before.filter((each) => each.key !== key));
    },
    retry(key) {
      const file = uploads.current.get(key)?.file;
      setProblems([]);
      if (file !== undefined) void upload(key, file);
    },
    restore(attachments) {
      setFiles(attachments.map(fromAttachment));
    },
    clear() {
      uploads.current.forEach(({ abort }) => abort.abort());
      uploads.current.clear();
      setProblems([]);
      setFiles([]);
    },
    take() {
      const taken = files.flatMap(toAttachment);
      uploads.current.clear();
      setProblems([]);
      setFiles([]);
      return taken;
    },
  };
}

function toAttachment({ attachmentId, name, size, type }: DraftFile): readonly AttachmentJson[] {
  return attachmentId === undefined ? [] : [{ attachment_id: attachmentId, name, type, size }];
}

function fromAttachment({ attachment_id: id, name, size, type }: AttachmentJson): DraftFile {
  return { key: id, attachmentId: id, name, size, type, state: 'done', progress: 1 };
}
