import type { RootContent } from 'hast';
import { common, createLowlight } from 'lowlight';
import type { CodeLine, TokenKind } from './code-line.ts';

/*
 * Loaded with the first code block that has ended. The language names of `common` are those that
 * models use.
 */

const lowlight = createLowlight(common);

/** Returns the lines of code with their words named, or undefined for a language that is unknown. */
export function highlight(code: string, language: string): readonly CodeLine[] | undefined {
  if (!lowlight.registered(language)) return undefined;
  const lines: CodeLine[] = [[]];
  for (const child of lowlight.highlight(language, code).children) addTo(lines, child, undefined);
  return lines;
}

function addTo(lines: CodeLine[], node: RootContent, around: TokenKind | undefined): void {
  if (node.type === 'element') {
    const kind = kindOf(node.properties['className'], around);
    for (const child of node.children) addTo(lines, child, kind);
  }
  if (node.type !== 'text') return;
  for (const [index, text] of node.value.split('\n').entries()) {
    if (index > 0) lines.push([]);
    if (text !== '') lines.push([...(lines.pop() ?? []), { kind: around, text }]);
  }
}

/** Returns what the most exact of a token's classes means, such as `hljs-title` of `function_`. */
function kindOf(className: unknown, around: TokenKind | undefined): TokenKind | undefined {
  const name = Array.isArray(className) ? String(className[0]).replace('hljs-', '') : '';
  return kinds.get(name) ?? around;
}

const names: Readonly<Record<TokenKind, string>> = {
  word: 'keyword operator selector-tag template-tag deletion',
  string: 'string regexp symbol addition char link',
  number: 'number literal bullet',
  name: 'title section attr attribute selector-class selector-id selector-attr type built_in name',
  note: 'comment quote doctag meta',
};

const kinds: ReadonlyMap<string, TokenKind> = new Map(
  tokenKinds().flatMap((kind) => names[kind].split(' ').map((name) => [name, kind] as const)),
);

function tokenKinds(): readonly TokenKind[] {
  return ['word', 'string', 'number', 'name', 'note'];
}
