import { createTextChunker, invalidBody, type Format } from '#local/bedrock/api/invoke/format.ts';
import { plainTurn, textMessage } from '#local/bedrock/turn/plain-turn.ts';
import { readPrompt } from '#local/bedrock/api/invoke/prompt-template.ts';
import { idFrom } from '#local/bedrock/turn/seeded.ts';
import { answerText } from '#local/bedrock/turn/whole-answer.ts';
import { integer, list, number, oneOf, readShape, string, structure } from '#local/wire/shape.ts';

const share = number({ min: 0, max: 1 });
const stops = list(string({ min: 1 }));

const commandShape = structure(
  { prompt: string({ min: 1 }) },
  {
    max_tokens: integer({ min: 1 }),
    temperature: number({ min: 0, max: 5 }),
    p: share,
    k: number(),
    stop_sequences: stops,
  },
);

/** Cohere Command. */
export const cohereCommand: Format = {
  read(body, model) {
    const request = readShape(commandShape, body, invalidBody);
    const { prompt, max_tokens: maxTokens, stop_sequences: stopSequences } = request;
    return plainTurn(model, { ...readPrompt(prompt), maxTokens, stopSequences });
  },
  whole: (answer) => {
    const text = answerText(answer);
    const finish_reason = answer.stopReason === 'max_tokens' ? 'MAX_TOKENS' : 'COMPLETE';
    return {
      generations: [{ finish_reason, id: idFrom(text, 32), text: ` ${text}` }],
      id: idFrom(`command ${text}`, 32),
    };
  },
  stream: () =>
    createTextChunker(
      (text, reason) =>
        reason === undefined
          ? { index: 0, is_finished: false, text }
          : {
              finish_reason: reason === 'max_tokens' ? 'MAX_TOKENS' : 'COMPLETE',
              index: 0,
              is_finished: true,
            },
      ' ',
    ),
};

const chatShape = structure(
  { message: string({ min: 1 }) },
  {
    preamble: string(),
    chat_history: list(structure({ role: oneOf('USER', 'CHATBOT'), message: string() })),
    documents: list(structure({}, { title: string(), snippet: string(), text: string() })),
    max_tokens: integer({ min: 1 }),
    stop_sequences: stops,
  },
);

/** Cohere Command R. */
export const cohereChat: Format = {
  read(body, model) {
    const request = readShape(chatShape, body, invalidBody);
    const { message, preamble, chat_history: history = [], documents = [] } = request;
    const previous = history.map(({ role, message: text }) =>
      textMessage(role === 'USER' ? 'user' : 'assistant', text),
    );
    const sources = documents.map(({ title = '', snippet, text }) => ({
      type: 'search-result' as const,
      source: title,
      title,
      content: [snippet ?? text ?? ''],
      citations: true,
    }));
    const question = {
      role: 'user',
      content: [...sources, { type: 'text', text: message }],
    } as const;
    return plainTurn(model, {
      system: preamble,
      messages: [...previous, question],
      maxTokens: request.max_tokens,
      stopSequences: request.stop_sequences,
    });
  },
  whole: (answer) => ({
    finish_reason: answer.stopReason === 'max_tokens' ? 'MAX_TOKENS' : 'COMPLETE',
    generation_id: idFrom(answerText(answer), 32),
    response_id: idFrom(`chat ${answerText(answer)}`, 32),
    text: answerText(answer),
  }),
  stream: () =>
    createTextChunker((text, reason) =>
      reason === undefined
        ? { event_type: 'text-generation', is_finished: false, text }
        : {
            event_type: 'stream-end',
            finish_reason: reason === 'max_tokens' ? 'MAX_TOKENS' : 'COMPLETE',
            is_finished: true,
          },
    ),
};
