import { resolve } from 'node:path';
import type { NextConfig } from 'next';

const config: NextConfig = {
  poweredByHeader: false,
  // The page shares src/domain and src/protocol, which lie above it.
  turbopack: { root: resolve(import.meta.dirname, '..') },
};

export default config;
