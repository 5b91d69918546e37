/** Where a link of an answer leads. */
export type LinkTarget =
  | { readonly type: 'page'; readonly url: string }
  /** `place` is what its reader must know: the host, or for mail the address. */
  | { readonly type: 'elsewhere'; readonly url: string; readonly place: string };

/**
 * Returns where a link leads, or undefined if it must not be a link: because it is empty, would run
 * something, hides its scheme, or calls this page's own API. `pageUrl` is the address of the page.
 */
export function linkTarget(href: string | undefined, pageUrl: string): LinkTarget | undefined {
  const written = (href ?? '').replaceAll(ignored, '');
  if (written === '' || written.startsWith('#') || /^[\\/]{2}/u.test(written)) return undefined;
  const url = URL.parse(written, pageUrl);
  if (url === null) return undefined;
  if (url.protocol === 'mailto:') return { type: 'elsewhere', url: url.href, place: url.pathname };
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  if (url.origin !== new URL(pageUrl).origin) {
    return { type: 'elsewhere', url: url.href, place: url.host };
  }
  return isOwnApi(url.pathname) ? undefined : { type: 'page', url: url.href };
}

/** The relation of the page to what a link of an answer leads to. */
export const rel = 'noopener noreferrer nofollow';

/** What browsers leave out of an address before they read it. */
const ignored = /^[\0- ]+|[\t\n\r]|[\0- ]+$/gu;

/** Whether a path of this page is for its scripts, and no page. */
function isOwnApi(path: string): boolean {
  return /^[\\/]*(?:_next|api|auth)(?:[\\/;]|$)/iu.test(decode(path));
}

/** Decodes also what was encoded more than once. */
function decode(path: string): string {
  try {
    const decoded = decodeURIComponent(path);
    return decoded === path ? path : decode(decoded);
  } catch {
    return path;
  }
}

/** Returns whether the text of a link names a host or a mailbox, and not the one at `place`. */
export function namesOtherHost(text: string, place: string): boolean {
  const words = text
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .split(betweenWords);
  return words.some((word) => {
    const named = placeIn(word);
    if (named === undefined) return false;
    return named.includes('@') && place.includes('@')
      ? named !== place.toLowerCase()
      : bareHost(named) !== bareHost(place);
  });
}

const betweenWords = /[\s()<>[\]{}"'`,;|「」『』【】、]+/u;

/** Returns what a word that looks like an address leads to, written as browsers read it. */
function placeIn(word: string): string | undefined {
  const scheme = /^https?:[\\/]*/iu.exec(word)?.[0] ?? '';
  const authority = word.slice(scheme.length).split(/[\\/?#]/u)[0] ?? '';
  const written = authority.replace(/[.。:!]+$/u, '');
  const url = URL.parse(`http://${written}`);
  if (url === null || url.hostname === '') return undefined;
  if (scheme !== '') return url.host;
  if (!looksLikeHost(url.hostname, written)) return undefined;
  return url.username === '' ? url.host : `${url.username}@${url.host}`;
}

/** Whether a name without a scheme before it is a host, and no number, sentence or file. */
function looksLikeHost(hostname: string, written: string): boolean {
  if (/^[\d.]+$/u.test(hostname)) return /^\d+\.\d+\.\d+\.\d+$/u.test(written);
  if (/\.xn--[^.]+$/u.test(hostname)) return !written.includes('。');
  return /\.[a-z]{2,}$/u.test(hostname) && !fileName.test(hostname);
}

/** These endings are no top-level domains. */
const fileName =
  /\.(?:cpp|cs|css|csv|cts|env|go|html?|ini|java|jpe?g|js|json|jsx|kt|lock|log|mjs|mts|pdf|php|png|rb|sql|svg|toml|ts|tsx|txt|xml|ya?ml)$/u;

function bareHost(place: string): string {
  return place
    .toLowerCase()
    .replace(/^.*@/u, '')
    .replace(/^www\./u, '');
}
