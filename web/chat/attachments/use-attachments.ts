'use client';

import { useRef, useState } from 'react';
import { maxAttachments } from '#domain/conversation/attachment.ts';
import type { AttachmentJson } from '#protocol/conversation/attachment-schema.ts';
import { useWords } from '../../words/use-words.ts';
import { fileProblem, isImage, withName } from './check-file.ts';
import { useUploads } from './use-uploads.ts';
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

/** Holds the files of the next message, and uploads them at once. */
export function useDraftFiles(): DraftFiles {
  const words = useWords(attachmentWords);
  const [files, setFiles] = useState<readonly DraftFile[]>([]);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const count = useRef(0);
  const uploads = useUploads(
    (key, changes) =>
      setFiles((before) =>
        before.map((each) => (each.key === key ? { ...each, ...changes } : each)),
      ),
    (name) => setProblems((before) => [...before, words.failed(name)]),
  );
  const reset = (next: readonly DraftFile[]): void => {
    setProblems([]);
    setFiles(next);
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
      const drafts = accepted.slice(0, room).map((file) => [toDraft(file), file] as const);
      setFiles((before) => [...before, ...drafts.map(([draft]) => draft)]);
      for (const [{ key }, file] of drafts) uploads.start(key, file);
    },
    remove(key) {
      uploads.abort(key);
      reset(files.filter((each) => each.key !== key));
    },
    retry(key) {
      setProblems([]);
      uploads.again(key);
    },
    restore: (attachments) => reset(attachments.map(fromAttachment)),
    clear() {
      uploads.abortAll();
      reset([]);
    },
    take() {
      reset([]);
      return files.flatMap(toAttachment);
    },
  };
}

function toDraft(file: File): DraftFile {
  const { name, size, type } = file;
  const preview = isImage(name) ? { preview: URL.createObjectURL(file) } : {};
  return {
    key: crypto.randomUUID(),
    name,
    size,
    type,
    state: 'uploading',
    progress: 0,
    ...preview,
  };
}

function toAttachment({ attachmentId, name, size, type }: DraftFile): readonly AttachmentJson[] {
  return attachmentId === undefined ? [] : [{ attachment_id: attachmentId, name, type, size }];
}

function fromAttachment({ attachment_id: id, name, size, type }: AttachmentJson): DraftFile {
  return { key: id, attachmentId: id, name, size, type, state: 'done', progress: 1 };
}
