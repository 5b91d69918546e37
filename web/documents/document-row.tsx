import type { ReactNode } from 'react';
import type { DocumentEntryJson } from '#protocol/document/document-schema.ts';
import { Icon } from '../parts/icon.tsx';
import { Menu, MenuItem } from '../parts/menu.tsx';
import { State } from '../parts/state.tsx';
import { fileSize, shortTime } from '../requests/formats.ts';
import { requestWords } from '../requests/words.ts';
import { useLanguage } from '../words/language.tsx';
import { useWords } from '../words/use-words.ts';
import { failureOf, isOpen, nameOf, stateKinds } from './document-state.ts';
import styles from './documents.module.css';
import { documentsWords } from './words.ts';
import { Visible } from '../chat/visible.tsx';
import shared from '../requests/requests.module.css';

export interface DocumentRowProps {
  readonly document: DocumentEntryJson;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
  readonly onRemove: (document: DocumentEntryJson, name: string) => void;
}

/** A document in the list: what it is, how far it is, and what can be done with it. */
export function DocumentRow(props: DocumentRowProps): ReactNode {
  const { document, isSelected, onSelect, onRemove } = props;
  const words = useWords(documentsWords);
  const common = useWords(requestWords);
  const { status } = document;
  const name = nameOf(document, words);
  const canOpen = status !== 'awaiting_upload';
  return (
    <li className={`${shared['row']} ${styles['file']}`} data-open={isSelected && canOpen}>
      <Icon name="document" />
      <div>
        {canOpen ? (
          <button
            type="button"
            className={styles['name']}
            data-document
            aria-pressed={isSelected}
            onClick={onSelect}
          >
            <Visible text={name} />
          </button>
        ) : (
          <b className={styles['name']}>
            <Visible text={name} />
          </b>
        )}
        <small>{useFacts(document).join(' · ')}</small>
      </div>
      <State kind={stateKinds[status]}>{words.states[status]}</State>
      <Menu
        className={`icon-button ${styles['more']}`}
        label={common.more(name)}
        trigger={<Icon name="more" />}
      >
        <MenuItem
          icon="trash"
          kind="danger"
          isDisabled={isOpen(document)}
          onSelect={() => onRemove(document, name)}
        >
          {common.delete}
        </MenuItem>
      </Menu>
    </li>
  );
}

function useFacts(document: DocumentEntryJson): readonly string[] {
  const words = useWords(documentsWords);
  const language = useLanguage();
  const { kind, size, status, created_at: createdAt } = document;
  const failure = status === 'awaiting_upload' ? words.neverArrived : failureOf(document, words);
  return [
    ...(size === undefined ? [] : [fileSize(size)]),
    ...(kind === 'analysis' ? [words.kinds.analysis] : []),
    failure ?? shortTime(createdAt, language),
  ];
}
