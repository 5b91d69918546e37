import { isFenceClosed } from './code/fences.ts';
import type { Link, Parent, PhrasingContent, Root, RootContent, Text } from 'mdast';

/** Punctuation of Chinese and Japanese, and full-width forms. No such character ends an address. */
const cjkPunctuation = /[\u3000-\u303F\uFF00-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]/u;

const laterAddress =
  /(https?:\/\/[^\s<\u3000-\u303F\uFF00-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]+)/u;

/**
 * Ends an address that is written without brackets before the punctuation of Chinese and Japanese,
 * where no space separates it from what follows.
 */
export function remarkCjkAddresses() {
  return (tree: Root): void => {
    mapNodes(tree, (node) => (node.type === 'link' ? cutAddress(node) : [node]));
  };
}

function cutAddress(link: Link): readonly PhrasingContent[] {
  const [text] = link.children;
  if (text?.type !== 'text' || !isBare(link, text)) return [link];
  const end = text.value.search(cjkPunctuation);
  if (end <= 0) return [link];
  const scheme =
    link.url.startsWith('http://www.') && text.value.startsWith('www.') ? 'http://' : '';
  return [linkTo(text.value.slice(0, end), scheme), ...linksIn(text.value.slice(end))];
}

/** Whether a link is an address in the text, without words of its own and without `<>`. */
function isBare({ children, position, url }: Link, { value }: Text): boolean {
  if (children.length !== 1 || !decode(url).endsWith(decode(value))) return false;
  const [begin = 0, end = value.length] = [position?.start.offset, position?.end.offset];
  return end - begin === value.length;
}

/** Returns text with its addresses, which were hidden behind the one before. */
function linksIn(text: string): readonly PhrasingContent[] {
  const parts = text.split(laterAddress).filter((part) => part !== '');
  return parts.map((part) => (/^https?:/u.test(part) ? linkTo(part) : textOf(part)));
}

function linkTo(address: string, scheme = ''): Link {
  return { type: 'link', url: scheme + address, children: [textOf(address)] };
}

function decode(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

function textOf(value: string): Text {
  return { type: 'text', value };
}

/** Turns `<br>` into a line break: models use it in tables, where Markdown has no other. */
export function remarkLineBreaks() {
  return (tree: Root): void => {
    mapNodes(tree, (node) =>
      node.type === 'html' && /^<br\s*\/?>$/iu.test(node.value) ? [{ type: 'break' }] : [node],
    );
  };
}

/** Marks each code block whose fence has ended. */
export function remarkFences() {
  return (tree: Root, { value }: { readonly value: unknown }): void => {
    mapNodes(tree, (node) => {
      if (node.type !== 'code') return [node];
      const { start, end } = node.position ?? {};
      const isClosed = isFenceClosed(String(value).slice(start?.offset, end?.offset));
      return [
        {
          ...node,
          data: { ...node.data, hProperties: { ...node.data?.hProperties, dataClosed: isClosed } },
        },
      ];
    });
  };
}

/** Replaces each node of the tree by what `change` returns for it. */
function mapNodes(parent: Parent, change: (node: RootContent) => readonly RootContent[]): void {
  for (const child of parent.children) if ('children' in child) mapNodes(child, change);
  parent.children = parent.children.flatMap(change);
}
