import { readFile } from 'node:fs/promises';

/** What pdf.js asks for that is no part of it. */
interface Wanted {
  readonly kind: string;
  readonly filename: string;
}

interface FontMapReader {
  fetch(wanted: Wanted): Promise<Uint8Array>;
}

/**
 * Where pdf.js finds the encodings of East Asia that a PDF may name without bringing them along
 * (ISO 32000-1, 9.7.5.2), as its package `pdfjs-dist` has them in a folder.
 */
export class FontMaps {
  readonly #folder: string;
  readonly #missing: string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Those that there are none of: pdf.js leaves out the words that it could not read for it. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  /** What pdf.js makes a reader of. */
  get factory(): new () => FontMapReader {
    const read = (wanted: Wanted): Promise<Uint8Array> => this.#read(wanted);
    return class {
      fetch(wanted: Wanted): Promise<Uint8Array> {
        return read(wanted);
      }
    };
  }

  async #read({ kind, filename }: Wanted): Promise<Uint8Array> {
    // Fonts and colours are of no use to whoever wants the words.
    if (kind !== 'cMapUrl') throw new Error(`${filename} is not needed`);
    try {
      if (!/^[\w-]+\.bcmap$/u.test(filename)) throw new Error(`${filename} is no name of a map`);
      return new Uint8Array(await readFile(`${this.#folder}/${filename}`));
    } catch (error) {
      this.#missing.push(filename);
      throw error;
    }
  }
}
