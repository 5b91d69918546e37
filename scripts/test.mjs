import { requireNode } from './require-node.mjs';

requireNode();
await import('./test.ts');
