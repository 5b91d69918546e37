import { requireNode } from './require-node.mjs';

requireNode();
await import('./log-names.ts');
