import { Component, createRef, type ReactNode } from 'react';

interface Props {
  readonly children: ReactNode;
}

/** An end of the selection: a place in the document, or so many characters into the code. */
type Place =
  | { readonly type: 'outside'; readonly node: Node | null; readonly offset: number }
  | { readonly type: 'inside'; readonly offset: number };

type Ends = readonly [anchor: Place, focus: Place];

/**
 * Code whose text stays selected while its elements are replaced. It is a class because only classes
 * learn of a change of the document before it happens.
 */
export class CodeWithSelection extends Component<Props> {
  readonly #code = createRef<HTMLElement>();

  override getSnapshotBeforeUpdate(): Ends | null {
    const code = this.#code.current;
    const selection = document.getSelection();
    if (code === null || selection === null || selection.isCollapsed) return null;
    if (!selection.containsNode(code, true)) return null;
    return [
      toPlace(code, selection.anchorNode, selection.anchorOffset),
      toPlace(code, selection.focusNode, selection.focusOffset),
    ];
  }

  override componentDidUpdate(_props: Props, _state: unknown, ends: Ends | null): void {
    const code = this.#code.current;
    if (code === null || ends === null) return;
    const [anchor, focus] = [toPoint(code, ends[0]), toPoint(code, ends[1])];
    if (anchor === undefined || focus === undefined) return;
    document.getSelection()?.setBaseAndExtent(...anchor, ...focus);
  }

  override render(): ReactNode {
    return <code ref={this.#code}>{this.props.children}</code>;
  }
}

function toPlace(code: Element, node: Node | null, offset: number): Place {
  if (node === null || !code.contains(node)) return { type: 'outside', node, offset };
  const before = document.createRange();
  before.setStart(code, 0);
  before.setEnd(node, offset);
  return { type: 'inside', offset: before.toString().length };
}

function toPoint(code: Element, place: Place): [Node, number] | undefined {
  if (place.type === 'outside') return place.node === null ? undefined : [place.node, place.offset];
  const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
  let rest = place.offset;
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    const length = text.textContent?.length ?? 0;
    if (rest <= length) return [text, rest];
    rest -= length;
  }
  return [code, code.childNodes.length];
}
