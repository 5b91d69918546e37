import { followSchema } from '#protocol/turn/follow-request.ts';
import type { GenericSchema } from 'valibot';
import * as answers from '#protocol/openapi/answer-schemas.ts';
import { chatSchema } from '#protocol/turn/chat-request.ts';
import {
  pageSchema,
  stopSchema,
  titleSchema,
} from '#protocol/conversation/conversation-request.ts';
import { analysisSchema, documentSchema } from '#protocol/document/document-request.ts';
import { searchSchema } from '#protocol/model/knowledge-request.ts';
import { completionSchema } from '#protocol/openai/openai-request.ts';
import { taskSchema } from '#protocol/task/task-request.ts';
import {
  conversationListJson,
  conversationPageJson,
} from '#protocol/conversation/conversation-json.ts';

/** What a door takes and answers. */
export interface Operation {
  readonly id: string;
  readonly summary: string;
  readonly request?: GenericSchema;
  readonly query?: { readonly entries: Readonly<Record<string, GenericSchema>> };
  /** The answer that is meant: its status, and its JSON where it has one. */
  readonly status: number;
  readonly answer?: GenericSchema;
  /** The forms in which it streams, where the request asks for one of them. */
  readonly streams?: readonly string[];
  /** Whether there may be nothing to answer. */
  readonly orNothing?: true;
  readonly error?: GenericSchema;
  readonly isPublic?: true;
}

export type Methods = Readonly<Partial<Record<'get' | 'post' | 'patch' | 'delete', Operation>>>;

/** The doors of the REST API, each with the schema that reads its requests. */
export const doors: Readonly<Record<string, Methods>> = {
  '/chat': {
    post: {
      id: 'chat',
      summary: 'One turn, in one piece.',
      request: chatSchema,
      status: 200,
      answer: answers.turn,
      streams: ['text/event-stream', 'text/plain'],
    },
  },
  '/chat/stream': {
    post: {
      id: 'streamChat',
      summary: 'One turn, streamed in the format that is asked for.',
      request: chatSchema,
      status: 200,
      answer: answers.turn,
      streams: ['text/event-stream', 'text/plain'],
    },
  },
  '/conversations': {
    get: {
      id: 'listConversations',
      summary: "The caller's conversations, the most recently used first.",
      query: pageSchema,
      status: 200,
      answer: conversationListJson,
    },
  },
  '/conversations/{conversation_id}': {
    get: {
      id: 'readConversation',
      summary: 'A conversation with a page of its turns, oldest first.',
      query: pageSchema,
      status: 200,
      answer: conversationPageJson,
    },
    patch: {
      id: 'renameConversation',
      summary: 'Another title.',
      request: titleSchema,
      status: 204,
    },
    delete: { id: 'deleteConversation', summary: 'Removes it for good.', status: 204 },
  },
  '/conversations/{conversation_id}/stop': {
    post: {
      id: 'stopTurn',
      summary: 'Stops the turn that is live.',
      request: stopSchema,
      status: 202,
      answer: answers.stopping,
    },
  },
  '/conversations/{conversation_id}/stream': {
    get: {
      id: 'followTurn',
      summary: 'The rest of a turn, live or ended; 204 where there is none.',
      query: followSchema,
      status: 200,
      streams: ['text/event-stream', 'text/plain'],
      orNothing: true,
    },
  },
  '/usage': {
    get: {
      id: 'readUsage',
      summary: 'What the caller spent, and may.',
      status: 200,
      answer: answers.spending,
    },
  },
  '/knowledge/search': {
    post: {
      id: 'searchKnowledge',
      summary: 'Passages for a question, the best first.',
      request: searchSchema,
      status: 200,
      answer: answers.passages,
    },
  },
  '/tasks': {
    post: {
      id: 'submitTask',
      summary: 'A turn that nobody waits for.',
      request: taskSchema,
      status: 202,
      answer: answers.accepted,
    },
  },
  '/tasks/{task_id}': {
    get: {
      id: 'readTask',
      summary: 'How a task stands, and its answer.',
      status: 200,
      answer: answers.task,
    },
  },
  '/callback-secret': {
    get: {
      id: 'readCallbackSecret',
      summary: "The key that signs the caller's callbacks.",
      status: 200,
      answer: answers.secret,
    },
    post: {
      id: 'replaceCallbackSecret',
      summary: 'A new key; the old one signs beside it for a day.',
      status: 200,
      answer: answers.secret,
    },
  },
  '/documents': {
    post: {
      id: 'addDocument',
      summary: 'A text, or a file to upload, to be summarised.',
      request: documentSchema,
      status: 202,
      answer: answers.documentAccepted,
    },
  },
  '/documents/{document_id}': {
    get: {
      id: 'readDocument',
      summary: 'How a document stands, and its summary.',
      status: 200,
      answer: answers.document,
    },
  },
  '/analyses': {
    post: {
      id: 'addAnalysis',
      summary: 'A text whose sentiment and keywords are to be found.',
      request: analysisSchema,
      status: 202,
      answer: answers.analysisAccepted,
    },
  },
  '/analyses/{analysis_id}': {
    get: {
      id: 'readAnalysis',
      summary: 'How an analysis stands, and what was found.',
      status: 200,
      answer: answers.analysis,
    },
  },
  '/v1/chat/completions': {
    post: {
      id: 'createChatCompletion',
      summary: "OpenAI's chat completions.",
      request: completionSchema,
      status: 200,
      answer: answers.completion,
      streams: ['text/event-stream'],
      error: answers.openAiError,
    },
  },
  '/v1/models': {
    get: {
      id: 'listModels',
      summary: "OpenAI's models.",
      status: 200,
      answer: answers.models,
      error: answers.openAiError,
    },
  },
  '/v1/models/{model}': {
    get: {
      id: 'readModel',
      summary: "One of OpenAI's models.",
      status: 200,
      answer: answers.model,
      error: answers.openAiError,
    },
  },
  '/openapi.json': {
    get: { id: 'readOpenApi', summary: 'This document.', status: 200, isPublic: true },
  },
};
