import type { Language } from '../words/languages.ts';

export interface SpendingWords {
  readonly today: string;
  readonly wouldCost: string;
  readonly billed: string;
  readonly money: string;
  readonly tokens: string;
  readonly answers: string;
  readonly of: (value: string, limit: string) => string;
  readonly resetsAt: (time: string) => string;
  readonly left: (share: string, time: string) => string;
  readonly usedUp: (time: string) => string;
  readonly perMinute: (limit: string) => string;
  readonly reserved: string;
  readonly byDay: string;
  readonly chart: string;
  readonly dayNote: (time: string) => string;
  readonly noneYet: string;
  readonly day: string;
  readonly cost: string;
  readonly table: string;
  readonly failed: string;
}

const en: SpendingWords = {
  today: 'Today',
  wouldCost: 'What it would cost on AWS',
  billed: 'As AWS bills it, estimated from its prices',
  money: 'Money',
  tokens: 'Tokens',
  answers: 'Answers',
  of: (value, limit) => `${value} of ${limit}`,
  resetsAt: (time) => `Resets at ${time}`,
  left: (share, time) => `${share} left until ${time}`,
  usedUp: (time) => `Used up. Resets at ${time}`,
  perMinute: (limit) => `At most ${limit} requests a minute`,
  reserved: 'Answers in progress count with the most that they can cost.',
  byDay: 'The last 31 days',
  chart: 'Spending by day. Use the arrow keys to go from day to day.',
  dayNote: (time) => `A day begins at ${time} your time.`,
  noneYet: 'Nothing has been spent in the last 31 days.',
  day: 'Day',
  cost: 'Cost',
  table: 'The same figures as a table',
  failed: 'Your spending couldn’t be loaded.',
};

const ja: SpendingWords = {
  today: '今日',
  wouldCost: 'AWS で実行した場合の目安',
  billed: 'AWS の料金に基づく見積もり',
  money: '料金',
  tokens: 'トークン',
  answers: '回答',
  of: (value, limit) => `${value} / ${limit}`,
  resetsAt: (time) => `${time} にリセット`,
  left: (share, time) => `残り ${share}（${time} まで）`,
  usedUp: (time) => `上限に達しました。${time} にリセット`,
  perMinute: (limit) => `リクエストは1分間に${limit}回まで`,
  reserved: '処理中の回答は、かかりうる最大の料金で計算しています。',
  byDay: '過去31日間',
  chart: '日別の利用料金。矢印キーで日を選べます。',
  dayNote: (time) => `1日は現地時間の ${time} に始まります。`,
  noneYet: '過去31日間の利用はありません。',
  day: '日付',
  cost: '料金',
  table: '同じ内容の表',
  failed: '利用料金を読み込めませんでした。',
};

export const spendingWords: Record<Language, SpendingWords> = { en, ja };
