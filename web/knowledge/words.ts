import type { Language } from '../words/languages.ts';

export interface KnowledgeWords {
  readonly intro: string;
  readonly query: string;
  readonly placeholder: string;
  readonly search: string;
  readonly base: string;
  readonly searching: string;
  readonly passages: string;
  readonly found: (count: number, query: string) => string;
  readonly nothing: (query: string) => string;
  readonly nothingHint: string;
  readonly failed: string;
  readonly noBase: string;
  readonly match: string;
  readonly ask: string;
  readonly showAll: string;
  readonly showLess: string;
  readonly tooLong: (max: string) => string;
}

const en: KnowledgeWords = {
  intro: 'Find the passages that an answer with this knowledge base would cite.',
  query: 'Search the knowledge base',
  placeholder: 'What are you looking for?',
  search: 'Search',
  base: 'Knowledge base',
  searching: 'Searching…',
  passages: 'Passages',
  found: (count, query) =>
    count === 1 ? `1 passage for “${query}”` : `${count} passages for “${query}”`,
  nothing: (query) => `Nothing found for “${query}”.`,
  nothingHint: 'Try another word.',
  failed: 'The search failed.',
  noBase: 'This system has no such knowledge base.',
  match: 'Match',
  ask: 'Ask about this',
  showAll: 'Show all',
  showLess: 'Show less',
  tooLong: (max) => `A search can be up to ${max} characters.`,
};

const ja: KnowledgeWords = {
  intro: 'ナレッジを使った回答で引用される箇所を検索します。',
  query: 'ナレッジを検索',
  placeholder: '調べたいことを入力',
  search: '検索',
  base: 'ナレッジベース',
  searching: '検索しています…',
  passages: '検索結果',
  found: (count, query) => `「${query}」の検索結果 ${count}件`,
  nothing: (query) => `「${query}」は見つかりません。`,
  nothingHint: '別の言葉をお試しください。',
  failed: '検索できませんでした。',
  noBase: 'このナレッジベースは利用できません。',
  match: '一致度',
  ask: 'この箇所について質問',
  showAll: 'すべて表示',
  showLess: '折りたたむ',
  tooLong: (max) => `検索語は${max}文字以内で入力してください。`,
};

export const knowledgeWords: Record<Language, KnowledgeWords> = { en, ja };
