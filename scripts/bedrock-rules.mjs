import { requireNode } from './require-node.mjs';

requireNode();
await import('./bedrock-rules.ts');
