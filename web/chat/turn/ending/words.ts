import type { Language } from '../../../words/languages.ts';
import { problemWords, type ProblemWords } from '../../problem-words.ts';

/** What is said at the place where an answer ends. */
export interface EndingText {
  readonly title?: string;
  readonly text: string;
}

export interface EndingWords extends ProblemWords {
  /** By stop reason; `empty` for an answer without content. */
  readonly stops: ReadonlyMap<string, EndingText>;
  readonly cut: string;
  readonly answerSaved: string;
  readonly messageSaved: string;
  readonly notSent: string;
  readonly minuteLimit: string;
  readonly dayLimit: string;
  retryIn(seconds: number): string;
  readonly offline: EndingText;
  readonly queued: EndingText;
  readonly actions: {
    readonly continue: string;
    readonly regenerate: string;
    readonly 'try-again': string;
    readonly edit: string;
    readonly 'new-chat': string;
    readonly 'see-spending': string;
    readonly 'sign-in': string;
    readonly cancel: string;
  };
  tryAgainIn(seconds: number): string;
  readonly details: string;
  readonly code: string;
  readonly request: string;
}

const en: EndingWords = {
  ...problemWords.en,
  stops: new Map([
    ['stopped', { text: 'You stopped this answer.' }],
    ['max_tokens', { text: 'The answer reached its length limit.' }],
    ['model_context_window_exceeded', { text: 'This conversation is too long for the model.' }],
    ['refusal', { text: 'The model declined to answer.' }],
    ['empty', { text: 'The model returned an empty answer.' }],
    ['tool_use', { text: 'The model is waiting for the result of a tool.' }],
    [
      'guardrail_intervened',
      {
        title: 'Blocked by a guardrail.',
        text: 'Rephrase your message, or ask whoever runs this system.',
      },
    ],
    [
      'content_filtered',
      {
        title: 'Held back by a content filter.',
        text: 'Rephrase your message, or regenerate.',
      },
    ],
    [
      'malformed_model_output',
      {
        title: 'The answer was cut off.',
        text: 'The rest couldn’t be read. What arrived is saved.',
      },
    ],
    [
      'malformed_tool_use',
      {
        title: 'The answer was cut off.',
        text: 'The model asked for a tool in a way that couldn’t be read. What arrived is saved.',
      },
    ],
  ]),
  cut: 'The answer was cut off.',
  answerSaved: 'What arrived is saved.',
  messageSaved: 'Your message is saved.',
  notSent: 'Your message wasn’t sent.',
  minuteLimit: 'You have sent too many messages in a minute.',
  dayLimit: 'You have reached today’s limit.',
  retryIn: (seconds) => `You can try again in ${seconds} seconds.`,
  offline: {
    title: 'You are offline.',
    text: 'Your message will be sent when the connection is back.',
  },
  queued: { title: 'Another message is being answered.', text: 'Yours is next.' },
  actions: {
    continue: 'Continue',
    regenerate: 'Regenerate',
    'try-again': 'Try again',
    edit: 'Edit',
    'new-chat': 'New chat',
    'see-spending': 'See spending',
    'sign-in': 'Sign in',
    cancel: 'Cancel',
  },
  tryAgainIn: (seconds) => `Try again · ${seconds}`,
  details: 'Details',
  code: 'Code',
  request: 'Request',
};

const ja: EndingWords = {
  ...problemWords.ja,
  stops: new Map([
    ['stopped', { text: '回答を停止しました。' }],
    ['max_tokens', { text: '回答が長さの上限に達しました。' }],
    ['model_context_window_exceeded', { text: '会話がモデルの扱える長さを超えました。' }],
    ['refusal', { text: 'モデルが回答を控えました。' }],
    ['empty', { text: '内容のない回答が返されました。' }],
    ['tool_use', { text: 'モデルがツールの結果を待っています。' }],
    [
      'guardrail_intervened',
      {
        title: 'ガードレールによりブロックされました。',
        text: '表現を変えるか、管理者にお問い合わせください。',
      },
    ],
    [
      'content_filtered',
      {
        title: 'コンテンツフィルターにより表示を控えました。',
        text: '表現を変えるか、再生成してください。',
      },
    ],
    [
      'malformed_model_output',
      {
        title: '回答が途中で途切れました。',
        text: '続きを読み取れませんでした。ここまでの内容は保存されています。',
      },
    ],
    [
      'malformed_tool_use',
      {
        title: '回答が途中で途切れました。',
        text: 'ツールの呼び出しを読み取れませんでした。ここまでの内容は保存されています。',
      },
    ],
  ]),
  cut: '回答が途中で途切れました。',
  answerSaved: 'ここまでの内容は保存されています。',
  messageSaved: 'メッセージは保存されています。',
  notSent: 'メッセージは送信されていません。',
  minuteLimit: '1分間に送信できるメッセージの上限に達しました。',
  dayLimit: '本日の利用上限に達しました。',
  retryIn: (seconds) => `${seconds}秒後に再試行できます。`,
  offline: { title: 'オフラインです。', text: '接続が戻りしだい送信します。' },
  queued: { title: '別のメッセージに回答中です。', text: '完了後に送信します。' },
  actions: {
    continue: '続ける',
    regenerate: '再生成',
    'try-again': '再試行',
    edit: '編集',
    'new-chat': '新しいチャット',
    'see-spending': '利用料金を見る',
    'sign-in': 'サインイン',
    cancel: 'キャンセル',
  },
  tryAgainIn: (seconds) => `再試行 · ${seconds}`,
  details: '詳細',
  code: 'コード',
  request: 'リクエスト',
};

export const endingWords: Record<Language, EndingWords> = { en, ja };
