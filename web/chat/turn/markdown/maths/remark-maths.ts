/// <reference types="remark-parse" />
import type { InlineCode } from 'mdast';
import type { Extension } from 'mdast-util-from-markdown';
import type { Plugin, Processor } from 'unified';
import { mathsSyntax } from './maths-syntax.ts';

/** Reads formulas. Each becomes a `code` element of the class `maths`, with its source in it. */
export const remarkMaths: Plugin = addMaths;

function addMaths(this: Processor): void {
  const data = this.data();
  (data.micromarkExtensions ??= []).push(mathsSyntax);
  (data.fromMarkdownExtensions ??= []).push(mathsFromMarkdown);
}

const mathsFromMarkdown: Extension = {
  enter: {
    maths(token) {
      const formula: InlineCode = {
        type: 'inlineCode',
        value: this.sliceSerialize(token),
        data: { hProperties: { className: ['maths'] } },
      };
      this.enter(formula, token);
    },
  },
  exit: {
    maths(token) {
      this.exit(token);
    },
  },
};
