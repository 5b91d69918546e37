import type { AttachedFile, Attachments, KeptKey } from '#domain/conversation/attachment.ts';

/** Files in memory. */
export interface MemoryAttachments extends Attachments {
  /** The copies that conversations keep, in the order in which they were stored. */
  readonly kept: readonly KeptKey[];
  upload(owner: string, file: AttachedFile): void;
  /** Removes everything of a file. */
  lose(owner: string, attachmentId: string): void;
}

/** Returns files in memory, with the same behaviour as those in S3. */
export function createMemoryAttachments(): MemoryAttachments {
  const files = new Map<string, AttachedFile>();
  const kept: KeptKey[] = [];
  const nameOf = (owner: string, id: string): string => JSON.stringify([owner, id]);
  return {
    kept,
    upload: (owner, file) => void files.set(nameOf(owner, file.attachment.attachmentId), file),
    lose: (owner, id) => void files.delete(nameOf(owner, id)),
    read: async ({ owner, attachmentId }) => files.get(nameOf(owner, attachmentId)),
    async keep(key, file) {
      kept.push(key);
      files.set(nameOf(key.owner, key.attachmentId), file);
    },
  };
}
