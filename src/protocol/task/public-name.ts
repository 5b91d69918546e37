import tlds from 'tlds' with { type: 'json' };

/** A label of a host name (RFC 1123, section 2.1). Certificates have no other names. */
const label = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/u;

/** The maximum length of a name without its final dot (RFC 1035, section 2.3.4). */
const maxNameLength = 253;

/** Top-level domains without web servers: infrastructure (RFC 3172) and Tor (RFC 7686). */
const specialUse: ReadonlySet<string> = new Set(['arpa', 'onion']);

/** IANA's top-level domains, in the ASCII form in which a parsed URL has them. */
const topLevelDomains: ReadonlySet<string> = new Set(
  tlds.map((name) => (/^[a-z]+$/u.test(name) ? name : new URL(`https://${name}`).hostname)),
);

/**
 * Returns whether a host name of a parsed URL can be a name in the public DNS: it is well-formed
 * and ends with one of IANA's top-level domains. Names in a cluster, an office or at home do not,
 * and neither do reserved ones such as `.internal` or `.test` (RFC 6761).
 */
export function isPublicName(hostname: string): boolean {
  const name = hostname.replace(/\.$/u, '');
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  return (
    name.length <= maxNameLength &&
    labels.length > 1 &&
    labels.every((each) => label.test(each)) &&
    hasValidPunycode(name) &&
    topLevelDomains.has(last) &&
    !specialUse.has(last)
  );
}

/** Node's URL parser checks `xn--` labels only in a name that has a letter outside ASCII as well. */
function hasValidPunycode(name: string): boolean {
  return !name.includes('xn--') || URL.canParse(`https://é.${name}`);
}
