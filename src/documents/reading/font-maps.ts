import { readFile } from 'node:fs/promises';

/** A file that pdf.js requests. */
interface FontFile {
  readonly kind: string;
  readonly filename: string;
}

interface FontMapReader {
  fetch(file: FontFile): Promise<Uint8Array>;
}

/**
 * Reads the East Asian encodings that a PDF may name without embedding them (ISO 32000-1, 9.7.5.2).
 * The package `pdfjs-dist` has them in a folder.
 */
export class FontMaps {
  readonly #folder: string;
  readonly #missing: string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The maps that do not exist. pdf.js silently omits the text that needs them. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  /** The class of the reader, which pdf.js instantiates. */
  get factory(): new () => FontMapReader {
    const read = (file: FontFile): Promise<Uint8Array> => this.#read(file);
    return class {
      fetch(file: FontFile): Promise<Uint8Array> {
        return read(file);
      }
    };
  }

  async #read({ kind, filename }: FontFile): Promise<Uint8Array> {
    // Extracting text needs no fonts and no colours.
    if (kind !== 'cMapUrl') throw new Error(`${filename} is not needed`);
    try {
      if (!/^[\w-]+\.bcmap$/u.test(filename))
        throw new Error(`${filename} is not the name of a font map`);
      return new Uint8Array(await readFile(`${this.#folder}/${filename}`));
    } catch (error) {
      this.#missing.push(filename);
      throw error;
    }
  }
}
