import { readTableEnvironment } from '#aws/composition/environment/storage-environment.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';
import { openTasks } from '#handlers/answers/tasks.ts';

const table = openTable(readTableEnvironment(process.env).conversationsTable);

/** `POST /tasks`, `GET /tasks/{id}`, `GET` and `POST /callback-secret`. */
export const handler = respondBuffered(createLogSecret(table), openTasks(process.env, table));
