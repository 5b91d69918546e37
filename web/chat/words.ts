import type { ErrorCode } from '#domain/errors.ts';
import type { Language } from '../words/languages.ts';

/** Returns the time of a moment, with its day unless that is today. */
function timeOf(moment: Date, locale: string): string {
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? {} : ({ month: 'long', day: 'numeric' } as const);
  return moment.toLocaleString(locale, { ...day, hour: 'numeric', minute: '2-digit' });
}

/** Both languages group digits with commas. */
const integers = new Intl.NumberFormat('en-US');

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
  notFoundTitle: 'There is no such page',
  notFoundHint: 'The address may be mistyped, or the page has moved.',
  backToChat: 'Go to the chat',
  newChat: 'New chat',
  showOlder: 'Show older messages',
  loading: 'Loading…',
  welcome: 'Ask away. Nothing gets lost.',
  welcomeHint: 'Answers are saved as they arrive. Close the tab and pick up where you left off.',
  suggestions: [
    'Explain how Lambda streams a response',
    'Write 300 words about mountain rivers',
    'What is 12 * 7?',
  ],
  messageLabel: 'Message',
  placeholder: 'Write a message',
  send: 'Send',
  you: 'You',
  assistant: 'Assistant',
  transcript: 'Conversation',
  writing: 'Writing an answer…',
  complete: 'The answer is complete.',
  reconnecting: 'Reconnecting…',
  stillWorking: 'Still working…',
  stopping: 'Stopping…',
  emptyAnswer: 'The model ended its answer without saying anything.',
  limitReached: (liftsAt: Date) =>
    `You have reached your usage limit. It lifts at ${timeOf(liftsAt, 'en-US')}.`,
  tryAgain: 'Try again',
  noAnswer: 'No answer was received. Your message is saved.',
  cutOff: 'The answer was cut off. What arrived is saved.',
  cutOffBecause: (reason: string) => `The answer was cut off. ${reason} What arrived is saved.`,
  /** Why an answer stopped before its own end. */
  stopReasons: new Map([
    ['max_tokens', 'The answer reached its length limit.'],
    ['model_context_window_exceeded', 'The conversation has become too long for this model.'],
    ['guardrail_intervened', 'The answer was held back by a content filter.'],
    ['content_filtered', 'The answer was held back by a content filter.'],
    ['tool_use', 'The model is waiting for the result of a tool.'],
    ['approval_required', 'The model is waiting for an approval.'],
    ['refusal', 'The model declined to answer.'],
    ['malformed_model_output', 'The model’s answer could not be read to its end.'],
    ['malformed_tool_use', 'The model asked for a tool in a way that could not be read.'],
    ['stopped', 'You stopped this answer.'],
  ]),
  messageTooLong: (max: number) => `Messages can be up to ${integers.format(max)} characters.`,
  stop: 'Stop',
  continueAnswer: 'Continue',
  regenerate: 'Regenerate',
  edit: 'Edit message',
  cancel: 'Cancel',
  previous: 'Previous version',
  next: 'Next version',
  unreachable: 'The server can’t be reached. Check your connection.',
  goToLatest: 'Go to the latest message',
  tokens: (input: number, output: number) =>
    `${integers.format(input)} tokens in, ${integers.format(output)} out`,
  estimatedCost: (price: string) => `would cost ${price} on AWS`,
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
  notFoundHint: 'アドレスに誤りがあるか、ページが移動した可能性があります。',
  backToChat: 'チャットを開く',
  newChat: '新しいチャット',
  showOlder: '以前のメッセージを表示',
  loading: '読み込み中…',
  welcome: '何でも聞いてください',
  welcomeHint: '回答は生成と同時に表示されます。ページを離れても、メッセージは保存されます。',
  suggestions: [
    'Lambda がレスポンスをストリーミングする仕組みを教えてください',
    '山の渓流について300文字で書いてください',
    '12 * 7 はいくつですか？',
  ],
  messageLabel: 'メッセージ',
  placeholder: 'メッセージを入力',
  send: '送信',
  you: 'あなた',
  assistant: 'アシスタント',
  transcript: '会話の内容',
  writing: '回答を作成しています…',
  complete: '回答が完了しました。',
  reconnecting: '再接続しています…',
  stillWorking: '処理を続けています…',
  stopping: '停止しています…',
  emptyAnswer: 'モデルは何も出力せずに回答を終えました。',
  limitReached: (liftsAt) => `利用上限に達しました。${timeOf(liftsAt, 'ja-JP')} に解除されます。`,
  tryAgain: '再試行',
  noAnswer: '回答を受け取れませんでした。メッセージは保存されています。',
  cutOff: '回答が途中で途切れました。ここまでの内容は保存されています。',
  cutOffBecause: (reason) =>
    `回答が途中で途切れました。${reason}ここまでの内容は保存されています。`,
  stopReasons: new Map([
    ['max_tokens', '回答が長さの上限に達しました。'],
    ['model_context_window_exceeded', '会話が長くなり、このモデルの上限を超えました。'],
    ['guardrail_intervened', 'コンテンツフィルターにより回答の表示を控えました。'],
    ['content_filtered', 'コンテンツフィルターにより回答の表示を控えました。'],
    ['tool_use', 'モデルがツールの結果を待っています。'],
    ['approval_required', 'モデルが承認を待っています。'],
    ['refusal', 'モデルは回答を控えました。'],
    ['malformed_model_output', 'モデルの回答を最後まで読み取れませんでした。'],
    ['malformed_tool_use', 'モデルによるツールの呼び出しを読み取れませんでした。'],
    ['stopped', '回答を停止しました。'],
  ]),
  messageTooLong: (max) => `メッセージは${integers.format(max)}文字以内で入力してください。`,
  stop: '停止',
  continueAnswer: '続ける',
  regenerate: '再生成',
  edit: 'メッセージを編集',
  cancel: 'キャンセル',
  previous: '前のバージョン',
  next: '次のバージョン',
  unreachable: 'サーバーに接続できません。通信状態を確認してください。',
  goToLatest: '最新のメッセージへ',
  tokens: (input, output) =>
    `入力 ${integers.format(input)} トークン、出力 ${integers.format(output)} トークン`,
  estimatedCost: (price) => `AWS での料金の目安 ${price}`,
};

export const words: Record<Language, Words> = { en, ja };
