import { render } from 'katex';
import 'katex/dist/katex.min.css';
import type { MathsSource } from './maths-source.ts';

/* Loaded with the first formula. */

/**
 * Puts a formula into an element, and returns whether it could. KaTeX makes the elements one by one,
 * without a text that the browser would read as HTML.
 */
export function typesetMaths(element: HTMLElement, { tex, isDisplay }: MathsSource): boolean {
  try {
    render(tex, element, {
      displayMode: isDisplay,
      strict: 'ignore',
      trust: false,
      // A macro may not fill the memory, nor a symbol the page.
      maxExpand: 500,
      maxSize: 20,
    });
  } catch {
    element.replaceChildren();
    return false;
  }
  // Who has no mouse scrolls a wide formula by the keyboard.
  const frame = element.querySelector<HTMLElement>('.katex-display');
  if (frame !== null) frame.tabIndex = 0;
  return true;
}
