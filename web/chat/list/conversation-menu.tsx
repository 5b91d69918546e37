import type { ReactNode } from 'react';
import { MenuItem } from '../../parts/menu.tsx';
import { useWords } from '../../words/use-words.ts';
import type { ConversationActions } from './actions/use-conversation-actions.ts';
import { listWords } from './words.ts';

export interface ConversationMenuProps {
  readonly id: string;
  readonly actions: ConversationActions;
  readonly onRename: () => void;
  /** Prints the conversation, which must be open. */
  readonly onPrint?: () => void;
}

/** The items of the menu of a conversation. */
export function ConversationMenu(props: ConversationMenuProps): ReactNode {
  const { id, actions, onRename, onPrint } = props;
  const words = useWords(listWords);
  return (
    <>
      <MenuItem icon="edit" onSelect={onRename}>
        {words.rename}
      </MenuItem>
      <MenuItem icon="download" onSelect={() => actions.exportAs(id, 'markdown')}>
        {words.exportMarkdown}
      </MenuItem>
      <MenuItem icon="download" onSelect={() => actions.exportAs(id, 'json')}>
        {words.exportJson}
      </MenuItem>
      {onPrint !== undefined && (
        <MenuItem icon="document" onSelect={onPrint}>
          {words.print}
        </MenuItem>
      )}
      <hr />
      <MenuItem icon="trash" kind="danger" onSelect={() => actions.remove(id)}>
        {words.delete}
      </MenuItem>
    </>
  );
}
