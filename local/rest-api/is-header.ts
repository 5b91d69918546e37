import { validateHeaderName, validateHeaderValue } from 'node:http';

/** Returns whether HTTP allows a header. */
export function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
