import type { StopReason } from '#local/bedrock/turn/answer.ts';
import { createTextChunker, invalidBody, type Format } from '#local/bedrock/api/invoke/format.ts';
import { plainTurn } from '#local/bedrock/turn/plain-turn.ts';
import { readPrompt } from '#local/bedrock/api/invoke/prompt-template.ts';
import type { ModelFacts } from '#local/bedrock/model/catalogue.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';
import { answerText, reasoningText } from '#local/bedrock/turn/whole-answer.ts';
import {
  closedStructure,
  integer,
  list,
  number,
  readShape,
  string,
  type Shape,
} from '#local/wire/shape.ts';

/** The formats of models that take a prompt and return its continuation. */

const share = number({ min: 0, max: 1 });
const stops = list(string({ min: 1 }));

const llamaShape = closedStructure(
  { prompt: string({ min: 1 }) },
  { max_gen_len: integer({ min: 1 }), temperature: share, top_p: share, images: stops },
);

/** Meta Llama. Only the first chunk has the input tokens; the last has the final output tokens. */
export const llama: Format = {
  read(body, model) {
    const { prompt, max_gen_len: maxTokens } = readShape(llamaShape, body, invalidBody);
    return plainTurn(model, { ...readPrompt(prompt), maxTokens: maxTokens ?? 512 });
  },
  whole: (answer) => ({
    generation: answerText(answer),
    generation_token_count: answer.usage.outputTokens,
    prompt_token_count: answer.usage.inputTokens,
    stop_reason: stopOrLength(answer.stopReason),
  }),
  stream() {
    let promptTokens: number | null = null;
    let count = 0;
    let stopReason: StopReason = 'end_turn';
    return (event) => {
      if (event.type === 'start') promptTokens = event.input.inputTokens;
      if (event.type === 'stop') ({ stopReason } = event);
      if (event.type === 'text-delta') {
        count += 1;
        const prompt_token_count = count === 1 ? promptTokens : null;
        return [
          {
            generation: event.text,
            generation_token_count: count,
            prompt_token_count,
            stop_reason: null,
          },
        ];
      }
      if (event.type !== 'end') return [];
      const generation_token_count = event.usage.outputTokens;
      const stop_reason = stopOrLength(stopReason);
      return [{ generation: '', generation_token_count, prompt_token_count: null, stop_reason }];
    };
  },
};

const completionShape = closedStructure(
  { prompt: string({ min: 1 }) },
  {
    max_tokens: integer({ min: 1 }),
    temperature: share,
    top_p: share,
    top_k: integer({ min: 0 }),
    stop: stops,
  },
);

function readCompletion(body: unknown, model: ModelFacts): ModelTurn {
  const { prompt, max_tokens: maxTokens, stop } = readShape(completionShape, body, invalidBody);
  return plainTurn(model, {
    ...readPrompt(prompt),
    maxTokens: maxTokens ?? 512,
    stopSequences: stop,
  });
}

/** Mistral's text models. */
export const mistralText: Format = {
  read: readCompletion,
  whole: (answer) => ({
    outputs: [{ stop_reason: stopOrLength(answer.stopReason), text: answerText(answer) }],
  }),
  stream: () =>
    createTextChunker((text, stopReason) => ({
      outputs: [{ stop_reason: stopReason === undefined ? null : stopOrLength(stopReason), text }],
    })),
};

/** DeepSeek-R1. Its reasoning comes first and ends with `</think>`. */
export const deepseekR1: Format = {
  read: readCompletion,
  whole: (answer) => ({
    choices: [
      {
        stop_reason: stopOrLength(answer.stopReason),
        text: `${reasoningText(answer)}\n</think>\n${answerText(answer)}`,
      },
    ],
  }),
  stream() {
    const toTextChunks = createTextChunker((text, stopReason) => ({
      choices: [{ stop_reason: stopReason === undefined ? null : stopOrLength(stopReason), text }],
    }));
    let reasoningIndex: number | undefined;
    return (event) => {
      if (event.type === 'reasoning-delta') {
        reasoningIndex = event.index;
        return [{ choices: [{ stop_reason: null, text: event.text }] }];
      }
      if (event.type === 'block-stop' && event.index === reasoningIndex)
        return [{ choices: [{ stop_reason: null, text: '\n</think>\n' }] }];
      return toTextChunks(event);
    };
  },
};

const titanShape = closedStructure(
  { inputText: string({ min: 1 }) },
  {
    textGenerationConfig: closedStructure(
      {},
      { maxTokenCount: integer({ min: 1 }), temperature: share, topP: share, stopSequences: stops },
    ),
  },
);

/** Amazon Titan Text. */
export const titanText: Format = {
  read(body, model) {
    const { inputText, textGenerationConfig = {} } = readShape(titanShape, body, invalidBody);
    const { maxTokenCount: maxTokens = 512, stopSequences } = textGenerationConfig;
    return plainTurn(model, { ...readPrompt(inputText), maxTokens, stopSequences });
  },
  whole: (answer) => ({
    inputTextTokenCount: answer.usage.inputTokens,
    results: [
      {
        completionReason: finishOrLength(answer.stopReason),
        outputText: answerText(answer),
        tokenCount: answer.usage.outputTokens,
      },
    ],
  }),
  stream() {
    let [input, count] = [0, 0];
    let reason: StopReason = 'end_turn';
    const chunk = (outputText: string, completionReason: string | null): object => ({
      completionReason,
      index: 0,
      inputTextTokenCount: count === 1 ? input : null,
      outputText,
      totalOutputTextTokenCount: count,
    });
    return (event) => {
      if (event.type === 'start') input = event.input.inputTokens;
      if (event.type === 'stop') reason = event.stopReason;
      if (event.type === 'end') {
        count = event.usage.outputTokens;
        return [chunk('', finishOrLength(reason))];
      }
      if (event.type !== 'text-delta') return [];
      count += 1;
      return [chunk(event.text, null)];
    };
  },
};

/** A prompt of Claude 2 contains both turns. */
const claudePrompt: Shape<string> = (value, path, problems) => {
  const prompt = string({ min: 1 })(value, path, problems);
  const human = prompt.indexOf('\n\nHuman:');
  if (human !== -1 && prompt.includes('\n\nAssistant:', human)) return prompt;
  problems.push({ path, value, rule: { type: 'pattern', pattern: '\n\nHuman:…\n\nAssistant:' } });
  return prompt;
};

const claudeShape = closedStructure(
  {
    prompt: claudePrompt,
    max_tokens_to_sample: integer({ min: 1 }),
  },
  {
    temperature: share,
    top_p: share,
    top_k: integer({ min: 0 }),
    stop_sequences: stops,
    anthropic_version: string(),
  },
);

/** Anthropic's text completions. Claude 2 was the last model with this format. */
export const anthropicText: Format = {
  read(body, model) {
    const request = readShape(claudeShape, body, invalidBody);
    const { prompt, max_tokens_to_sample: maxTokens, stop_sequences: stopSequences } = request;
    return plainTurn(model, { ...readPrompt(prompt), maxTokens, stopSequences });
  },
  whole: (answer) => ({
    type: 'completion',
    completion: ` ${answerText(answer)}`,
    stop_reason: sequenceOrMax(answer.stopReason),
    stop: answer.stopSequence ?? (answer.stopReason === 'max_tokens' ? null : '\n\nHuman:'),
  }),
  stream: () =>
    createTextChunker(
      (completion, reason) => ({
        type: 'completion',
        completion,
        stop_reason: reason === undefined ? null : sequenceOrMax(reason),
        stop: reason === undefined || reason === 'max_tokens' ? null : '\n\nHuman:',
      }),
      ' ',
    ),
};

function stopOrLength(reason: StopReason): string {
  return reason === 'max_tokens' ? 'length' : 'stop';
}

function finishOrLength(reason: StopReason): string {
  if (reason === 'content_filtered' || reason === 'guardrail_intervened') return 'CONTENT_FILTERED';
  return reason === 'max_tokens' ? 'LENGTH' : 'FINISH';
}

function sequenceOrMax(reason: StopReason): string {
  return reason === 'max_tokens' ? 'max_tokens' : 'stop_sequence';
}
