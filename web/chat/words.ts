import type { ErrorCode } from '#domain/errors.ts';
import type { Language } from '../words/languages.ts';

/** Returns the time of a moment, with its day unless that is today. */
function timeOf(moment: Date, locale: string): string {
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? {} : ({ month: 'long', day: 'numeric' } as const);
  return moment.toLocaleString(locale, { ...day, hour: 'numeric', minute: '2-digit' });
}

/**
 * What to show for each error code. `forbidden` is left out: it means that the page is set up
 * wrong, and the server's own message names the cure.
 */
type Problems = Readonly<Record<Exclude<ErrorCode, 'forbidden'>, string>>;

const enProblems: Problems = {
  conflict: 'Another message in this conversation is being answered. Try again when it’s done.',
  content_filtered: 'The answer was held back by a content filter.',
  gone: 'The rest of this answer can’t be shown here. Reload the page to see it.',
  idempotency_mismatch: 'This message was already sent with different text.',
  internal: 'Something went wrong on our side.',
  invalid_request: 'This request wasn’t accepted. Edit your message, or start a new chat.',
  model_error: 'The model ran into a problem.',
  model_unavailable: 'The model can’t be reached right now.',
  not_found: 'This conversation doesn’t exist.',
  quota_exceeded: 'You have reached your usage limit. Try again later.',
  throttled: 'The model is busy. Try again in a moment.',
  timed_out: 'The time for this answer is up.',
  too_large: 'This message is too long.',
  unauthenticated: 'You’re signed out. Sign in again to go on.',
};

const en = {
  problems: enProblems,
  account: 'Signed in as',
  signIn: 'Sign in',
  signOut: 'Sign out',
  signOutEverywhere: 'Sign out everywhere',
  signOutFailed: 'You couldn’t be signed out. Try again.',
  signInTitle: 'Sign in to Streambed',
  signInHint: 'Your conversations are where you left them.',
  signInUnreachable: 'The sign-in service can’t be reached. Try again in a moment.',
  notFoundTitle: 'This page doesn’t exist',
  notFoundHint: 'Your conversations are still here.',
  backToChat: 'Back to the chat',
  brokenTitle: 'Something went wrong on this page',
  brokenHint: 'Your conversations are saved.',
  reload: 'Reload',
  newChat: 'New chat',
  showOlder: 'Show older messages',
  loading: 'Loading…',
  transcript: 'Conversation',
  writing: 'Writing an answer…',
  complete: 'The answer is complete.',
  limitReached: (liftsAt: Date) =>
    `You have reached your usage limit. It lifts at ${timeOf(liftsAt, 'en-US')}.`,
  tryAgain: 'Try again',
  unreachable: 'The server can’t be reached. Check your connection.',
  goToLatest: 'Go to the latest message',
};

/** All words of the page in one language. */
export type Words = typeof en;

const jaProblems: Problems = {
  conflict: 'この会話では別のメッセージに回答しています。完了してから再試行してください。',
  content_filtered: 'コンテンツフィルターにより回答の表示を控えました。',
  gone: '回答の続きをここに表示できません。ページを再読み込みしてください。',
  idempotency_mismatch: 'このメッセージは、別の内容ですでに送信されています。',
  internal: 'システムで問題が発生しました。',
  invalid_request:
    'リクエストが受け付けられませんでした。メッセージを編集するか、新しいチャットを始めてください。',
  model_error: 'モデルで問題が発生しました。',
  model_unavailable: '現在、モデルに接続できません。',
  not_found: 'この会話は見つかりません。',
  quota_exceeded: '利用上限に達しました。しばらくしてから再試行してください。',
  throttled: 'モデルが混み合っています。しばらくしてから再試行してください。',
  timed_out: '回答の制限時間に達しました。',
  too_large: 'メッセージが長すぎます。',
  unauthenticated: 'サインアウトされました。続けるには、もう一度サインインしてください。',
};

const ja: Words = {
  problems: jaProblems,
  account: 'サインイン中',
  signIn: 'サインイン',
  signOut: 'サインアウト',
  signOutEverywhere: 'すべての端末でサインアウト',
  signOutFailed: 'サインアウトできませんでした。もう一度お試しください。',
  signInTitle: 'Streambed にサインイン',
  signInHint: '会話は前回の続きから再開できます。',
  signInUnreachable: 'サインインサービスに接続できません。しばらくしてからお試しください。',
  notFoundTitle: 'ページが見つかりません',
  notFoundHint: '会話はそのまま残っています。',
  backToChat: 'チャットに戻る',
  brokenTitle: 'ページで問題が発生しました',
  brokenHint: '会話は保存されています。',
  reload: '再読み込み',
  newChat: '新しいチャット',
  showOlder: '以前のメッセージを表示',
  loading: '読み込み中…',
  transcript: '会話の内容',
  writing: '回答を作成しています…',
  complete: '回答が完了しました。',
  limitReached: (liftsAt) => `利用上限に達しました。${timeOf(liftsAt, 'ja-JP')} に解除されます。`,
  tryAgain: '再試行',
  unreachable: 'サーバーに接続できません。通信状態を確認してください。',
  goToLatest: '最新のメッセージへ',
};

export const words: Record<Language, Words> = { en, ja };
