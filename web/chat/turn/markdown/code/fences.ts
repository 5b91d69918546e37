/** Returns whether the source of a code block ends with the fence that closes it. */
export function isFenceClosed(source: string): boolean {
  const fence = /^\s*(`{3,}|~{3,})/u.exec(source)?.[1];
  if (fence === undefined) return false;
  const text = source.trimEnd();
  const lineEnd = text.lastIndexOf('\n');
  // In a quotation, each line begins with its mark.
  const last = text.slice(lineEnd + 1).replace(/^[\s>]*/u, '');
  return lineEnd !== -1 && last.startsWith(fence) && /^(?:`+|~+)$/u.test(last);
}
