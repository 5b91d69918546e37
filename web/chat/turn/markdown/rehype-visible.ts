import type { ElementContent, Root, RootContent } from 'hast';
import { splitControls } from '../../visible-text.ts';

/**
 * Puts every character that would reorder the text into a `span` of its own, which is shown as a
 * mark.
 */
export function rehypeVisible() {
  return (tree: Root): void => {
    tree.children = tree.children.flatMap((node): readonly RootContent[] =>
      node.type === 'doctype' ? [node] : markIn(node),
    );
  };
}

function markIn(node: ElementContent): readonly ElementContent[] {
  // HTML in Markdown is shown as the text that it is.
  if (node.type === 'text' || node.type === 'raw') return toElements(node.value);
  if (node.type === 'element') node.children = node.children.flatMap(markIn);
  return [node];
}

function toElements(text: string): readonly ElementContent[] {
  const parts = splitControls(text);
  let end = 0;
  return parts.map((part): ElementContent => {
    const length = part.type === 'words' ? part.text.length : 1;
    const value = text.slice(end, (end += length));
    const child = { type: 'text', value } as const;
    return part.type === 'words'
      ? child
      : { type: 'element', tagName: 'span', properties: {}, children: [child] };
  });
}
