'use client';

import { useEffect, useState, type ReactNode } from 'react';
import type { AttachmentJson } from '#protocol/conversation/attachment-schema.ts';
import { Icon } from '../../../parts/icon.tsx';
import { useShell } from '../../../shell/shell-context.tsx';
import { useWords } from '../../../words/use-words.ts';
import { readFile } from '../../attachments/attachment-api.ts';
import { isImage, sizeText } from '../../attachments/check-file.ts';
import { turnWords } from '../words.ts';
import { Visible } from '../../visible.tsx';

export interface QuestionFilesProps {
  readonly attachments: readonly AttachmentJson[];
}

/** The files of a question. Pictures are shown; documents can be downloaded. */
export function QuestionFiles({ attachments }: QuestionFilesProps): ReactNode {
  if (attachments.length === 0) return undefined;
  return (
    <ul className="asked-files">
      {attachments.map((attachment) => (
        <li key={attachment.attachment_id}>
          <QuestionFile {...attachment} />
        </li>
      ))}
    </ul>
  );
}

function QuestionFile({ attachment_id: id, name, size }: AttachmentJson): ReactNode {
  const words = useWords(turnWords);
  const { notify } = useShell();
  const picture = usePicture(isImage(name) ? id : undefined);
  const download = async (): Promise<void> => {
    try {
      save(await readFile(id), name);
    } catch {
      notify({ text: words.downloadFailed });
    }
  };
  return (
    <button
      type="button"
      className={isImage(name) ? 'asked-picture' : 'attachment'}
      aria-label={words.download(name)}
      title={name}
      onClick={() => void download()}
    >
      {isImage(name) ? (
        picture !== undefined && <img src={picture} alt="" />
      ) : (
        <>
          <Icon name="document" size="small" />
          <span className="attachment-name">
            <Visible text={name} />
          </span>
          <span className="quiet num">{sizeText(size)}</span>
        </>
      )}
    </button>
  );
}

/** Returns the address of a stored picture in this tab, once it is loaded. */
function usePicture(attachmentId: string | undefined): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (attachmentId === undefined) return undefined;
    let isGone = false;
    let created: string | undefined;
    const load = async (): Promise<void> => {
      const blob = await readFile(attachmentId);
      if (isGone) return;
      created = URL.createObjectURL(blob);
      setAddress(created);
    };
    // Without the picture its frame stays, and a click says why.
    load().catch(() => undefined);
    return () => {
      isGone = true;
      if (created !== undefined) URL.revokeObjectURL(created);
    };
  }, [attachmentId]);
  return address;
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
