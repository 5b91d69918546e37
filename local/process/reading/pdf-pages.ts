import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** Returns the text of each page of a PDF. Throws if it cannot be read. */
export async function extractPages(bytes: Uint8Array): Promise<readonly string[]> {
  const { extractText, getDocumentProxy } = await import('unpdf');
  const packageFile = createRequire(import.meta.url).resolve('pdfjs-dist/package.json');
  const pages = await getDocumentProxy(new Uint8Array(bytes), {
    verbosity: 0,
    useWorkerFetch: false,
    BinaryDataFactory: mapReader(join(dirname(packageFile), 'cmaps')),
  });
  const { text } = await extractText(pages, { mergePages: false });
  return text;
}

/** What pdf.js asks its reader for. */
interface DataFile {
  readonly kind: string;
  readonly filename: string;
}

/**
 * Returns a class that reads the East Asian encodings that a PDF may name without embedding them
 * (ISO 32000-1, 9.7.5.2). Without it, pdf.js leaves their text out without an error.
 */
function mapReader(folder: string): new () => object {
  return class {
    async fetch({ kind, filename }: DataFile): Promise<Uint8Array> {
      // Text needs no fonts and no colours.
      if (kind !== 'cMapUrl') throw new Error(`${filename} is not needed`);
      return new Uint8Array(await readFile(join(folder, basename(filename))));
    }
  };
}
