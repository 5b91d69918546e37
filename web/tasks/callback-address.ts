/** What is wrong with the address of a callback, as far as the page can know. */
export type AddressProblem = 'not-a-url' | 'not-allowed';

/**
 * Returns what is wrong with the address of a callback; undefined if the server may accept it. A
 * local system may accept addresses of this machine, which the server decides.
 */
export function checkAddress(text: string, isLocal: boolean): AddressProblem | undefined {
  if (!URL.canParse(text)) return 'not-a-url';
  const { protocol, port, username, password, hostname } = new URL(text);
  if (isLocal && protocol === 'http:' && hostname.startsWith('127.')) return undefined;
  const isPlain = port === '' && username === '' && password === '';
  return protocol === 'https:' && isPlain && hostname.includes('.') ? undefined : 'not-allowed';
}
