/** Returns the address that signs people in and brings them back to a conversation. */
export function signInPath(conversationId: string | undefined): string {
  const query = conversationId === undefined ? '' : `?conversation=${conversationId}`;
  return `/auth/login?return=${encodeURIComponent(`/chat${query}`)}`;
}
