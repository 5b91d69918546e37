import type { Language } from '../../words/languages.ts';

const integers = new Intl.NumberFormat('en-US');

const en = {
  you: 'You',
  assistant: 'Assistant',
  edit: 'Edit',
  editField: 'Edit message',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Copying failed. Select the text instead.',
  showAll: 'Show all',
  showLess: 'Show less',
  questionVersions: 'Versions of the question',
  answerVersions: 'Versions of the answer',
  previous: 'Previous',
  next: 'Next',
  good: 'Good answer',
  bad: 'Bad answer',
  feedbackFailed: 'Your rating couldn’t be saved.',
  regenerate: 'Regenerate',
  more: 'More',
  behind: 'Behind the answer',
  seconds: (seconds: string) => `${seconds} s`,
  tokens: (input: number, output: number) =>
    `${integers.format(input)} tokens in, ${integers.format(output)} out`,
  estimatedCost: (price: string) => `would cost ${price} on AWS`,
  send: 'Send',
  cancel: 'Cancel',
  download: (name: string) => `Download ${name}`,
  downloadFailed: 'The file couldn’t be loaded.',
};

export type TurnWords = typeof en;

const ja: TurnWords = {
  you: 'あなた',
  assistant: 'アシスタント',
  edit: '編集',
  editField: 'メッセージを編集',
  copy: 'コピー',
  copied: 'コピーしました',
  copyFailed: 'コピーできませんでした。テキストを選択してコピーしてください。',
  showAll: 'すべて表示',
  showLess: '折りたたむ',
  questionVersions: '質問の版',
  answerVersions: '回答の版',
  previous: '前へ',
  next: '次へ',
  good: '良い回答',
  bad: '良くない回答',
  feedbackFailed: '評価を保存できませんでした。',
  regenerate: '再生成',
  more: 'その他',
  behind: '回答の裏側',
  seconds: (seconds) => `${seconds}秒`,
  tokens: (input, output) =>
    `入力 ${integers.format(input)} トークン、出力 ${integers.format(output)} トークン`,
  estimatedCost: (price) => `AWS での料金の目安 ${price}`,
  send: '送信',
  cancel: 'キャンセル',
  download: (name) => `${name} をダウンロード`,
  downloadFailed: 'ファイルを読み込めませんでした。',
};

export const turnWords: Record<Language, TurnWords> = { en, ja };
