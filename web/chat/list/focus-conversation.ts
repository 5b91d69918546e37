/** Puts the focus on the row of a conversation, once it is drawn; on New chat if there is no row. */
export function focusConversation(conversationId: string | undefined): void {
  requestAnimationFrame(() => {
    const row = `[data-conversation="${CSS.escape(conversationId ?? '')}"] .row-link`;
    const target = document.querySelector<HTMLElement>(row);
    (target ?? document.querySelector<HTMLElement>('.rail-nav .row'))?.focus();
  });
}
