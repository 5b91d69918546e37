import { glob, readFile, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import {
  createKnowledgeBase,
  type KnowledgeBase,
} from '#local/bedrock/knowledge/knowledge-base.ts';
import type { Metadata } from '#local/bedrock/knowledge/filter.ts';
import { toPassages, type Passage } from '#local/bedrock/knowledge/passages.ts';
import { parseYaml } from '#local/bedrock/server/parse-yaml.ts';
import { extractDocumentText } from '#local/process/reading/document-text.ts';
import { isRecord } from '#local/wire/shape.ts';

/** The knowledge base of a folder, and what was indexed. */
export interface IndexedFolder {
  readonly base: KnowledgeBase;
  readonly documents: number;
  readonly passages: number;
  /** The files that could not be read, each with the reason. */
  readonly skipped: readonly string[];
}

/**
 * Indexes the Markdown, text, HTML and PDF files of a folder and its subfolders. The attributes of
 * `guide.md` are in `guide.md.metadata.json`, as in a bucket. Throws if the folder does not exist.
 */
export async function readKnowledgeFolder(id: string, folder: string): Promise<IndexedFolder> {
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new Error(`--knowledge: there is no folder ${folder}`);
  const passages: Passage[] = [];
  const skipped: string[] = [];
  let documents = 0;
  const all = await Array.fromAsync(glob('**/*.*', { cwd: folder }));
  const names = all.filter((name) => /\.(?:md|markdown|txt|html|htm|pdf)$/iu.test(name));
  const unsupported = all.filter((name) =>
    /\.(?:docx?|xlsx?|pptx?|rtf|odt|csv|json|epub)$/iu.test(name),
  );
  for (const name of unsupported) {
    if (!name.endsWith('.metadata.json')) skipped.push(`${name}: this file type is not supported`);
  }
  for (const name of names.toSorted()) {
    const path = name.split(sep).join('/');
    try {
      const text = await extractDocumentText(
        await readFile(join(folder, name)),
        extname(name).slice(1).toLowerCase(),
      );
      const uri = `s3://${id.toLowerCase()}/${path}`;
      const metadata = {
        ...(await metadataOf(join(folder, name))),
        'x-amz-bedrock-kb-source-uri': uri,
      };
      passages.push(...toPassages({ documentId: path, uri, metadata }, withoutFrontMatter(text)));
      documents += 1;
    } catch (error) {
      skipped.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { base: createKnowledgeBase(id, passages), documents, passages: passages.length, skipped };
}

/** Front matter is about the document, and is not part of its text. */
function withoutFrontMatter(text: string): string {
  return text.replace(/^---\r?\n[^]*?\r?\n---\r?\n/u, '');
}

/** Reads the metadata file of a document. Throws if an attribute is invalid. */
async function metadataOf(file: string): Promise<Metadata> {
  const text = await readFile(`${file}.metadata.json`, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  const parsed = await parseYaml(text, 'metadata.json');
  const attributes = isRecord(parsed) ? parsed['metadataAttributes'] : undefined;
  if (!isRecord(attributes)) throw new Error('metadata.json: metadataAttributes must be an object');
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, toAttribute(key, value)] as const),
  );
}

/** An attribute is a value, or a value with its type: `{"value":{"type":"STRING","stringValue":"x"}}`. */
function toAttribute(key: string, attribute: unknown): Metadata[string] {
  const typed = isRecord(attribute) ? attribute['value'] : undefined;
  const value = isRecord(typed)
    ? (typed['stringValue'] ??
      typed['numberValue'] ??
      typed['booleanValue'] ??
      typed['stringListValue'])
    : attribute;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new Error(
    `metadata.json: ${key} must be a string, a number, a boolean or a list of strings`,
  );
}
