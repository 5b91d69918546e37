import { readTableEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';
import { openDocuments } from '#handlers/answers/documents.ts';

const table = openTable(readTableEnvironment(process.env).conversationsTable);

/** `/documents` and `/analyses`: adds one, and reads its state. */
export const handler = respondBuffered(createLogSecret(table), openDocuments(process.env, table));
