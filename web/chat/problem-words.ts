import type { ErrorCode } from '#domain/errors.ts';
import { dateLocale } from '../requests/formats.ts';
import type { Language } from '../words/languages.ts';

interface ProblemText {
  readonly what: string;
  /** What the reader can do, where no button says it. */
  readonly next?: string;
}

/**
 * What went wrong, by error code. `forbidden` is left out: it means that the page is set up wrong,
 * and the server's own message names the cure.
 */
type Problems = Readonly<
  Record<Exclude<ErrorCode, 'forbidden'> | 'unreachable' | 'interrupted', ProblemText>
>;

/** How a request or an answer failed, in words. */
export interface ProblemWords {
  readonly problems: Problems;
  /** When a limit lifts. */
  resets(at: Date): string;
  /** Returns two sentences in a row. */
  sentences(first: string, second: string): string;
}

/** Returns the time of a moment, with its day unless that is today. */
function timeOf(moment: Date, language: Language): string {
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? {} : ({ month: 'long', day: 'numeric' } as const);
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return moment.toLocaleString(dateLocale(language), { ...day, ...time });
}

const en: ProblemWords = {
  problems: {
    conflict: {
      what: 'Another message is being answered.',
      next: 'Try again when it’s done.',
    },
    content_filtered: { what: 'Held back by a content filter.' },
    gone: {
      what: 'The rest of this answer can’t be shown here.',
      next: 'Reload the page to see it.',
    },
    idempotency_mismatch: { what: 'This message was already sent with different text.' },
    interrupted: { what: 'The system restarted during this answer.' },
    internal: { what: 'Something went wrong on our side.' },
    invalid_request: {
      what: 'This request wasn’t accepted.',
      next: 'Edit your message, or start a new chat.',
    },
    model_error: { what: 'The model ran into a problem.' },
    model_unavailable: { what: 'The model can’t be reached right now.' },
    not_found: { what: 'This conversation doesn’t exist.' },
    quota_exceeded: { what: 'You have reached your limit.', next: 'Try again later.' },
    throttled: { what: 'The model is busy.', next: 'Try again in a moment.' },
    timed_out: { what: 'The time for this answer is up.' },
    too_large: { what: 'This message is too long.' },
    unauthenticated: { what: 'You’re signed out.', next: 'Sign in again to go on.' },
    unreachable: { what: 'The server can’t be reached.', next: 'Check your connection.' },
  },
  resets: (at) => `The limit resets at ${timeOf(at, 'en')}.`,
  sentences: (first, second) => `${first} ${second}`,
};

const ja: ProblemWords = {
  problems: {
    conflict: { what: '別のメッセージに回答中です。', next: '完了してから再試行してください。' },
    content_filtered: { what: 'コンテンツフィルターにより表示を控えました。' },
    gone: {
      what: '回答の続きをここに表示できません。',
      next: 'ページを再読み込みしてください。',
    },
    idempotency_mismatch: { what: 'このメッセージは、別の内容ですでに送信されています。' },
    interrupted: { what: '回答中にシステムが再起動しました。' },
    internal: { what: 'システムで問題が発生しました。' },
    invalid_request: {
      what: 'リクエストが受け付けられませんでした。',
      next: 'メッセージを編集するか、新しいチャットを始めてください。',
    },
    model_error: { what: 'モデルで問題が発生しました。' },
    model_unavailable: { what: '現在、モデルに接続できません。' },
    not_found: { what: 'この会話は見つかりません。' },
    quota_exceeded: {
      what: '利用上限に達しました。',
      next: 'しばらくしてから再試行してください。',
    },
    throttled: {
      what: 'モデルが混み合っています。',
      next: 'しばらくしてから再試行してください。',
    },
    timed_out: { what: '回答の制限時間に達しました。' },
    too_large: { what: 'メッセージが長すぎます。' },
    unauthenticated: {
      what: 'サインアウトされました。',
      next: '続けるには、もう一度サインインしてください。',
    },
    unreachable: {
      what: 'サーバーに接続できません。',
      next: '通信状態を確認してください。',
    },
  },
  resets: (at) => `上限は ${timeOf(at, 'ja')} にリセットされます。`,
  sentences: (first, second) => first + second,
};

export const problemWords: Readonly<Record<Language, ProblemWords>> = { en, ja };
