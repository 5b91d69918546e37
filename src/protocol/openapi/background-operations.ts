import { pageSchema } from '#protocol/conversation/conversation-request.ts';
import { analysisSchema, documentSchema } from '#protocol/document/document-request.ts';
import {
  analysisAcceptedJson,
  analysisJson,
  documentAcceptedJson,
  documentJson,
  documentListJson,
} from '#protocol/document/document-schema.ts';
import type { RoutesOf } from '#protocol/http/routes.ts';
import type { Operation } from '#protocol/openapi/operation.ts';
import { taskSchema } from '#protocol/task/task-request.ts';
import {
  secretJson,
  taskAcceptedJson,
  taskJson,
  taskListJson,
} from '#protocol/task/task-schema.ts';

/** The routes of tasks and documents, which take a while. */
export const backgroundOperations: Readonly<Record<RoutesOf<'tasks' | 'documents'>, Operation>> = {
  'POST /tasks': {
    id: 'submitTask',
    summary: 'Queues a turn to run in the background.',
    request: taskSchema,
    status: 202,
    response: taskAcceptedJson,
  },
  'GET /tasks': {
    id: 'listTasks',
    summary: "Lists the caller's tasks, newest first.",
    query: pageSchema,
    status: 200,
    response: taskListJson,
  },
  'GET /tasks/{task_id}': {
    id: 'readTask',
    summary: 'Returns the state of a task and, once it has ended, its answer.',
    status: 200,
    response: taskJson,
  },
  'DELETE /tasks/{task_id}': {
    id: 'deleteTask',
    summary: 'Deletes a task that has ended, with its answer.',
    status: 204,
  },
  'GET /callback-secret': {
    id: 'readCallbackSecret',
    summary: "Returns the secret that signs the caller's callbacks.",
    status: 200,
    response: secretJson,
  },
  'POST /callback-secret': {
    id: 'replaceCallbackSecret',
    summary: 'Creates a new secret. The old one signs, too, for a day.',
    status: 200,
    response: secretJson,
  },
  'POST /documents': {
    id: 'addDocument',
    summary: 'Adds a text, or a file to upload, to be summarised.',
    request: documentSchema,
    status: 202,
    response: documentAcceptedJson,
  },
  'GET /documents': {
    id: 'listDocuments',
    summary: "Lists the caller's documents and analyses, newest first.",
    query: pageSchema,
    status: 200,
    response: documentListJson,
  },
  'GET /documents/{document_id}': {
    id: 'readDocument',
    summary: 'Returns the state of a document and, once it is ready, its summary.',
    status: 200,
    response: documentJson,
  },
  'DELETE /documents/{document_id}': {
    id: 'deleteDocument',
    summary: 'Deletes a document that is not being processed, with its files.',
    status: 204,
  },
  'POST /analyses': {
    id: 'addAnalysis',
    summary: 'Adds a text for an analysis of its sentiment and keywords.',
    request: analysisSchema,
    status: 202,
    response: analysisAcceptedJson,
  },
  'GET /analyses/{analysis_id}': {
    id: 'readAnalysis',
    summary: 'Returns the state of an analysis and, once it is ready, its result.',
    status: 200,
    response: analysisJson,
  },
  'DELETE /analyses/{analysis_id}': {
    id: 'deleteAnalysis',
    summary: 'Deletes an analysis that is not being processed, with its files.',
    status: 204,
  },
};
