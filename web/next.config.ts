import { resolve } from 'node:path';
import type { NextConfig } from 'next';

/** `frame-ancestors` prevents clickjacking: no other site may show the page in a frame. */
const pageHeaders = [
  { key: 'content-security-policy', value: "frame-ancestors 'none'" },
  { key: 'x-content-type-options', value: 'nosniff' },
  { key: 'referrer-policy', value: 'no-referrer' },
];

const config: NextConfig = {
  poweredByHeader: false,
  headers: async () => [{ source: '/:path*', headers: pageHeaders }],
  // The page imports src/domain and src/protocol, which lie outside web/.
  turbopack: { root: resolve(import.meta.dirname, '..') },
};

export default config;
