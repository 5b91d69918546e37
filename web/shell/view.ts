/** The views beside the chat, by the last part of their addresses. */
export const viewNames = ['documents', 'tasks', 'knowledge', 'spending', 'settings'] as const;

export type ViewName = (typeof viewNames)[number];

/** What the page shows. */
export type View =
  /** A conversation, or an empty new one. */
  | { readonly type: 'chat'; readonly conversationId: string | undefined }
  | { readonly type: ViewName };

const root = '/chat';

/** Returns the view at an address of the page; undefined if there is none. */
export function parseView(
  segments: readonly string[],
  conversationId: string | undefined,
): View | undefined {
  if (segments.length === 0) return { type: 'chat', conversationId };
  const name = viewNames.find((each) => each === segments[0]);
  return name === undefined || segments.length > 1 ? undefined : { type: name };
}

/** Returns the address of a view. */
export function addressOf(view: View): string {
  if (view.type !== 'chat') return `${root}/${view.type}`;
  if (view.conversationId === undefined) return root;
  return `${root}?conversation=${encodeURIComponent(view.conversationId)}`;
}

/** Returns the view at the browser's current address. */
export function currentView(): View {
  const { pathname, search } = window.location;
  const segments = pathname.slice(root.length).split('/').filter(Boolean);
  const conversationId = new URLSearchParams(search).get('conversation') ?? undefined;
  return parseView(segments, conversationId) ?? { type: 'chat', conversationId: undefined };
}
