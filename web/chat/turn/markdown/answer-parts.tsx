'use client';

import { createContext, type ReactNode } from 'react';

/** What an answer adds to its Markdown. */
export interface MarkdownParts {
  /** Returns what stands for a link to an address in the answer; undefined for other links. */
  toLink?: (href: string) => ReactNode;
  /** Returns what stands below a block of the answer. */
  toNote?: (markdown: string) => ReactNode;
}

export const AnswerPartsContext = createContext<MarkdownParts>({});
