import { requireNode } from './require-node.mjs';

requireNode();
await import('../local/bedrock/main.ts');
