interface PolicyRules {
  createScriptURL(url: string): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: PolicyRules): unknown;
}

declare global {
  interface Window {
    /** Absent in browsers without Trusted Types, and where the page is not served securely. */
    readonly trustedTypes?: PolicyFactory;
  }
}

/**
 * Lets the addresses of the page's own scripts through, and nothing else that becomes code. The
 * page's Content-Security-Policy takes no plain text for such an address, and Next's loader of
 * scripts gives plain text, which the policy named `default` sees first.
 */
export function trustOwnScripts(): void {
  const folder = `${window.location.origin}/_next/static/`;
  window.trustedTypes?.createPolicy('default', {
    createScriptURL(url) {
      if (new URL(url, window.location.href).href.startsWith(folder)) return url;
      throw new TypeError(`Not a script of this page: ${url}`);
    },
  });
}
