import type { Language } from '../../words/languages.ts';

const integers = new Intl.NumberFormat('en-US');

const en = {
  messageLabel: 'Message',
  placeholder: 'Write a message',
  placeholderNew: 'What would you like to know?',
  placeholderNext: 'Write the next message',
  send: 'Send',
  stop: 'Stop',
  tooLong: (length: number, max: number) =>
    `Messages can be up to ${integers.format(max)} characters. This one has ${integers.format(length)}.`,
};

export type ComposerWords = typeof en;

const ja: ComposerWords = {
  messageLabel: 'メッセージ',
  placeholder: 'メッセージを入力',
  placeholderNew: '知りたいことを入力してください',
  placeholderNext: '次のメッセージを入力',
  send: '送信',
  stop: '停止',
  tooLong: (length, max) =>
    `メッセージは${integers.format(max)}文字以内で入力してください（現在${integers.format(length)}文字）。`,
};

export const composerWords: Record<Language, ComposerWords> = { en, ja };
