import type { Sentiment } from '#local/bedrock/simulated/language/sentiment.ts';

/** The sentences of the simulated model in one language. A topic is undefined if none was found. */
export interface Voice {
  /** The heading of an answer's list of key sentences. */
  readonly summaryHeading: string;
  /** Opens a short text in place of the label. */
  readonly mark: string;
  /** Stands between two sentences. */
  readonly separator: string;
  /** Opens every answer, so that it cannot be mistaken for a real model's; names the agent if any. */
  label(agent: string | undefined): string;
  greeting(name: string | undefined, agent: string | undefined): string;
  /** Answers "What is my name?". */
  userName(name: string | undefined): string;
  calculation(expression: string, value: string): string;
  /** Lists the user's earlier messages. */
  earlierMessages(messages: readonly string[]): string;
  sentiment(sentiment: Sentiment): string;
  keyPhrases(phrases: readonly string[]): string;
  /** The reasoning text of models that show it. */
  reasoning(topic: string | undefined): string;
  /** Precedes the use of tools. */
  toolUse(names: readonly string[]): string;
  toolResults(results: readonly string[]): string;
  /** Reports that no source answers the question. */
  notFound(titles: readonly string[]): string;
  /** Reports that no source has readable text. */
  unreadable(titles: readonly string[]): string;
  /** Several paragraphs with a list, a table and code. */
  explanation(topic: string | undefined, earlierTopic: string | undefined): string;
  /** Sentences from which a text of any length is made. */
  sentences(topic: string | undefined): readonly string[];
}

/** Returns a numbered list in Markdown. */
export function numberedList(items: readonly string[]): string {
  return items.map((item, index) => `${index + 1}. ${item}`).join('\n');
}

/** Returns a bulleted list in Markdown. */
export function bulletedList(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** Returns texts as quotations in Markdown. */
export function quoted(texts: readonly string[]): string {
  return texts.map((text) => `> ${text.replaceAll('\n', '\n> ')}`).join('\n\n');
}

/** Returns the code block of an explanation, about a topic. */
export function sampleCode(topic: string): string {
  return `\`\`\`ts\nconst topic = ${JSON.stringify(topic)};\n\nfor await (const delta of answer(topic)) {\n  process.stdout.write(delta);\n}\n\`\`\``;
}
