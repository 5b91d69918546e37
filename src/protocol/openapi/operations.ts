import { attachmentSchema } from '#protocol/conversation/attachment-request.ts';
import {
  attachmentAcceptedJson,
  attachmentDownloadJson,
} from '#protocol/conversation/attachment-schema.ts';
import {
  conversationListJson,
  conversationPageJson,
  conversationSearchJson,
  stoppingJson,
} from '#protocol/conversation/conversation-schema.ts';
import { turnAnswerJson } from '#protocol/turn/turn-schema.ts';
import { deletionSchema, exportSchema } from '#protocol/data/data-request.ts';
import { deletionJson, exportJson } from '#protocol/data/data-schema.ts';
import { conversationSearchSchema } from '#protocol/conversation/search-request.ts';
import {
  feedbackSchema,
  pageSchema,
  stopSchema,
} from '#protocol/conversation/conversation-request.ts';
import type { Route } from '#protocol/http/routes.ts';
import { backgroundOperations } from '#protocol/openapi/background-operations.ts';
import type { Operation } from '#protocol/openapi/operation.ts';
import { searchResultJson } from '#protocol/model/knowledge-schema.ts';
import { searchSchema } from '#protocol/model/knowledge-request.ts';
import {
  completionJson,
  modelJson,
  modelListJson,
  openAiErrorJson,
} from '#protocol/openai/openai-schema.ts';
import { completionSchema } from '#protocol/openai/openai-request.ts';
import { spendingJson } from '#protocol/spending/spending-schema.ts';
import { changeSchema } from '#protocol/chat/conversation-change.ts';
import { offerJson } from '#protocol/chat/offer-schema.ts';
import { chatSchema } from '#protocol/chat/chat-request.ts';
import { followSchema } from '#protocol/turn/follow-request.ts';

const turnStreams = ['text/event-stream', 'text/plain'];

/** Every route of the REST API, with the schemas that parse its requests and type its responses. */
export const operations: Readonly<Record<Route, Operation>> = {
  'POST /chat': {
    id: 'chat',
    summary: 'Runs one turn and returns it in one piece.',
    request: chatSchema,
    status: 200,
    response: turnAnswerJson,
    streams: turnStreams,
  },
  'POST /chat/stream': {
    id: 'streamChat',
    summary: 'Runs one turn and streams it in the requested format.',
    request: chatSchema,
    status: 200,
    response: turnAnswerJson,
    streams: turnStreams,
  },
  'GET /options': {
    id: 'readOptions',
    summary: 'Returns what a caller can choose in a chat request.',
    status: 200,
    response: offerJson,
  },
  'GET /conversations': {
    id: 'listConversations',
    summary: "Lists the caller's conversations, most recently used first.",
    query: pageSchema,
    status: 200,
    response: conversationListJson,
  },
  'GET /conversations/{conversation_id}': {
    id: 'readConversation',
    summary: 'Returns a conversation with a page of its turns, oldest first.',
    query: pageSchema,
    status: 200,
    response: conversationPageJson,
  },
  'PATCH /conversations/{conversation_id}': {
    id: 'changeConversation',
    summary: 'Changes the title and the settings of a conversation.',
    request: changeSchema,
    status: 204,
  },
  'DELETE /conversations/{conversation_id}': {
    id: 'deleteConversation',
    summary: 'Deletes a conversation permanently.',
    status: 204,
  },
  'POST /conversations/{conversation_id}/stop': {
    id: 'stopTurn',
    summary: 'Stops the live turn of a conversation.',
    request: stopSchema,
    status: 202,
    response: stoppingJson,
  },
  'PUT /conversations/{conversation_id}/turns/{turn_id}/feedback': {
    id: 'rateTurn',
    summary: 'Stores what a person thinks of an answer.',
    request: feedbackSchema,
    status: 204,
  },
  'DELETE /conversations/{conversation_id}/turns/{turn_id}/feedback': {
    id: 'unrateTurn',
    summary: 'Removes what a person thought of an answer.',
    status: 204,
  },
  'GET /conversations/{conversation_id}/stream': {
    id: 'followTurn',
    summary: 'Streams the rest of a turn, live or ended; 204 if nothing is left.',
    query: followSchema,
    status: 200,
    streams: turnStreams,
    orNoContent: true,
  },
  'POST /attachments': {
    id: 'addAttachment',
    summary: 'Returns where to upload a file for a message.',
    request: attachmentSchema,
    status: 201,
    response: attachmentAcceptedJson,
  },
  'GET /attachments/{attachment_id}': {
    id: 'readAttachment',
    summary: 'Returns a file of a message, with a URL to download it.',
    status: 200,
    response: attachmentDownloadJson,
  },
  'GET /search': {
    id: 'searchConversations',
    summary: "Returns the caller's conversations that contain all words, most recently used first.",
    query: conversationSearchSchema,
    status: 200,
    response: conversationSearchJson,
  },
  'GET /usage': {
    id: 'readUsage',
    summary: "Returns the caller's spending and limits.",
    status: 200,
    response: spendingJson,
  },
  'POST /knowledge/search': {
    id: 'searchKnowledge',
    summary: 'Returns passages for a query, best first.',
    request: searchSchema,
    status: 200,
    response: searchResultJson,
  },
  ...backgroundOperations,
  'POST /data/exports': {
    id: 'exportData',
    summary: 'Begins an export of everything that is stored for the caller.',
    request: exportSchema,
    status: 202,
    response: exportJson,
  },
  'GET /data/exports/{export_id}': {
    id: 'readExport',
    summary: 'Returns the progress of an export and, once it is complete, its files.',
    status: 200,
    response: exportJson,
  },
  'POST /data/deletions': {
    id: 'deleteData',
    summary: 'Begins the deletion of everything that is stored for the caller.',
    request: deletionSchema,
    status: 202,
    response: deletionJson,
  },
  'GET /data/deletions/{deletion_id}': {
    id: 'readDeletion',
    summary: 'Returns the progress of a deletion.',
    status: 200,
    response: deletionJson,
  },
  'POST /v1/chat/completions': {
    id: 'createChatCompletion',
    summary: "Creates a chat completion in OpenAI's format.",
    request: completionSchema,
    status: 200,
    response: completionJson,
    streams: ['text/event-stream'],
    error: openAiErrorJson,
  },
  'GET /v1/models': {
    id: 'listModels',
    summary: "Lists the models in OpenAI's format.",
    status: 200,
    response: modelListJson,
    error: openAiErrorJson,
  },
  'GET /v1/models/{model}': {
    id: 'readModel',
    summary: "Returns one model in OpenAI's format.",
    status: 200,
    response: modelJson,
    error: openAiErrorJson,
  },
  'GET /openapi.json': {
    id: 'readOpenApi',
    summary: 'Returns this document.',
    status: 200,
  },
};
