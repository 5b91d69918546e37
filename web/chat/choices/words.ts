import type { Language } from '../../words/languages.ts';

const en = {
  tools: 'Tools',
  knowledge: 'Knowledge',
  model: 'Model',
  models: 'Models',
  agents: 'Agents',
  noTools: 'There are no tools here.',
  noKnowledge: 'There is no knowledge base here.',
  loading: 'Loading…',
  failed: 'The choices couldn’t be loaded.',
  tryAgain: 'Try again',
  needsApproval: 'Asks before it changes anything',
  remove: (name: string) => `Turn ${name} off`,
  settings: 'Settings of this conversation',
  settingsOn: 'Instructions or settings are on',
  instructions: 'Instructions',
  instructionsHint: 'How the model should answer in this conversation.',
  temperature: 'Temperature',
  temperatureHint: '0 is the most predictable, 1 the most varied. Empty: the model’s own.',
  maxTokens: 'Longest answer, in tokens',
  maxTokensHint: (max: number) => `From 1 to ${max.toLocaleString('en-US')}. Empty: the longest.`,
  invalidTemperature: 'Write a number from 0 to 1.',
  invalidMaxTokens: (max: number) =>
    `Write a whole number from 1 to ${max.toLocaleString('en-US')}.`,
  save: 'Save',
  cancel: 'Cancel',
};

export type ChoicesWords = typeof en;

const ja: ChoicesWords = {
  tools: 'ツール',
  knowledge: 'ナレッジ',
  model: 'モデル',
  models: 'モデル',
  agents: 'エージェント',
  noTools: '使えるツールはありません。',
  noKnowledge: 'ナレッジはありません。',
  loading: '読み込み中…',
  failed: '選択肢を読み込めませんでした。',
  tryAgain: '再試行',
  needsApproval: '変更の前に確認します',
  remove: (name) => `${name} を外す`,
  settings: 'この会話の設定',
  settingsOn: '指示または設定が有効です',
  instructions: '指示',
  instructionsHint: 'この会話でモデルがどう答えるかを書きます。',
  temperature: '温度',
  temperatureHint: '0 は最も安定、1 は最も多様です。空欄ではモデルの既定値になります。',
  maxTokens: '回答の最大の長さ（トークン）',
  maxTokensHint: (max) => `1〜${max.toLocaleString('en-US')}。空欄では最大になります。`,
  invalidTemperature: '0〜1 の数値を入力してください。',
  invalidMaxTokens: (max) => `1〜${max.toLocaleString('en-US')} の整数を入力してください。`,
  save: '保存',
  cancel: 'キャンセル',
};

export const choicesWords: Record<Language, ChoicesWords> = { en, ja };
