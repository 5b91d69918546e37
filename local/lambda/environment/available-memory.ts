import { totalmem } from 'node:os';

/**
 * Returns the memory that this process and its children may still take, within the limit of a
 * container. Where the system counts memory as used that it would free on demand, that is half of
 * the machine's.
 */
export function availableBytes(): number {
  return process.platform === 'linux' ? process.availableMemory() : totalmem() / 2;
}
