import type { PageSettings } from './sign-in/settings.ts';

/** What a Content-Security-Policy depends on. */
export interface PolicyOptions {
  /** Of this response alone: only scripts and style sheets that carry it take effect. */
  readonly nonce: string;
  readonly settings: Pick<PageSettings, 'calls' | 'filesOrigin'>;
  /** Whether Next's development server answers, which evaluates the code that it sends. */
  readonly isDevelopment: boolean;
}

/** Returns the Content-Security-Policy of a page. Text of a model that gets into it does nothing. */
export function contentSecurityPolicy({ nonce, settings, isDevelopment }: PolicyOptions): string {
  const { calls, filesOrigin } = settings;
  const api = calls.type === 'direct' ? [new URL(calls.apiUrl).origin] : [];
  const files = filesOrigin === undefined ? [] : [filesOrigin];
  return toPolicy({
    'default-src': ["'self'"],
    // The scripts with the nonce load the page's other scripts, which have none.
    'script-src': [`'nonce-${nonce}'`, "'strict-dynamic'", ...(isDevelopment ? evaluation : [])],
    'style-src': ["'self'", ...(isDevelopment ? ["'unsafe-inline'"] : [`'nonce-${nonce}'`])],
    // The server renders attributes of React, and KaTeX places its symbols by them.
    'style-src-attr': ["'unsafe-inline'"],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'"],
    'connect-src': ["'self'", ...api, ...files],
    'frame-src': ["'none'"],
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
    ...(isDevelopment ? {} : trustedTypes),
  });
}

const evaluation = ["'unsafe-eval'"];

/** Only `trustOwnScripts` makes a policy. */
const trustedTypes = {
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ['default'],
};

function toPolicy(directives: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(directives)
    .map(([name, sources]) => [name, ...sources].join(' '))
    .join('; ');
}
