import type { Sentiment } from '#local/bedrock/simulated/language/sentiment.ts';

/** How the simulated model speaks in one language. */
export interface Voice {
  /** Stands before every answer, so that nobody takes it for a model's. */
  readonly label: string;
  greeting(name: string | undefined): string;
  name(name: string | undefined): string;
  result(expression: string, value: string): string;
  earlier(questions: readonly string[]): string;
  summary(sentences: readonly string[]): string;
  sentiment(sentiment: Sentiment): string;
  keywords(phrases: readonly string[]): string;
  /** How it comes to an answer, for models that show it. */
  reasoning(topic: string): string;
  /** Said before a tool is used. */
  toolUse(name: string): string;
  /** What is made of what tools gave. */
  toolResults(results: readonly string[]): string;
  /** Nothing in the sources answers the question. */
  notFound(titles: readonly string[]): string;
  /** The sources hold no words that can be read. */
  unreadable(titles: readonly string[]): string;
  /** What stands between two sentences. */
  readonly between: string;
  /** Several paragraphs with a list, a table and code, about a topic. */
  explanation(topic: string, earlierTopic: string | undefined): string;
  /** Sentences about a topic, to make a text of any length from. */
  sentences(topic: string): readonly string[];
  /** Puts the sentences of a paragraph together. */
  paragraph(sentences: readonly string[]): string;
}

/** A numbered list in Markdown. */
export function numbered(items: readonly string[]): string {
  return items.map((item, index) => `${index + 1}. ${item}`).join('\n');
}
