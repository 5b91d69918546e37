import type { Language } from '../words/languages.ts';

const en = {
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
  tryAgain: 'Try again',
  goToLatest: 'Go to the latest message',
};

/** All words of the page in one language. */
export type Words = typeof en;

const ja: Words = {
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
  tryAgain: '再試行',
  goToLatest: '最新のメッセージへ',
};

export const words: Record<Language, Words> = { en, ja };
