import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

interface WriteOptions {
  /** The permissions of the file. */
  readonly mode?: number;
}

/**
 * Writes a file under a temporary name and renames it, so that no reader and no crash meets half of
 * it. A write that fails leaves nothing behind.
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  { mode = 0o666 }: WriteOptions = {},
): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    // Without the flush, a power failure could keep the new name and lose the content.
    await writeFile(part, content, { mode, flush: true });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
