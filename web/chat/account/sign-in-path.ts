/** Returns the address that signs people in and brings them back to an address of the page. */
export function signInPath(returnTo = '/chat'): string {
  return `/auth/login?return=${encodeURIComponent(returnTo)}`;
}
