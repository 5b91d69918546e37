import type { ErrorCode } from '#domain/errors.ts';

/**
 * What went wrong, by error code. `forbidden` is left out: it means that the page is set up wrong,
 * and the server's own message names the cure.
 */
export type Problems = Readonly<
  Record<Exclude<ErrorCode, 'forbidden'> | 'unreachable' | 'interrupted', string>
>;

export const enProblems: Problems = {
  conflict: 'Another message is being answered.',
  content_filtered: 'Held back by a content filter.',
  gone: 'The rest of this answer can’t be shown here.',
  idempotency_mismatch: 'This message was already sent with different text.',
  interrupted: 'The system restarted during this answer.',
  internal: 'Something went wrong on our side.',
  invalid_request: 'This message wasn’t accepted.',
  model_error: 'The model ran into a problem.',
  model_unavailable: 'The model can’t be reached right now.',
  not_found: 'This conversation doesn’t exist.',
  quota_exceeded: 'You have reached your limit.',
  throttled: 'The model is busy.',
  timed_out: 'The time for this answer is up.',
  too_large: 'This message is too long.',
  unauthenticated: 'You’re signed out.',
  unreachable: 'The server can’t be reached.',
};

export const jaProblems: Problems = {
  conflict: '別のメッセージに回答中です。',
  content_filtered: 'コンテンツフィルターにより表示を控えました。',
  gone: '回答の続きをここに表示できません。',
  idempotency_mismatch: 'このメッセージは、別の内容ですでに送信されています。',
  interrupted: '回答中にシステムが再起動しました。',
  internal: 'システムで問題が発生しました。',
  invalid_request: 'メッセージが受け付けられませんでした。',
  model_error: 'モデルで問題が発生しました。',
  model_unavailable: '現在、モデルに接続できません。',
  not_found: 'この会話は見つかりません。',
  quota_exceeded: '利用上限に達しました。',
  timed_out: '回答の制限時間に達しました。',
  throttled: 'モデルが混み合っています。',
  too_large: 'メッセージが長すぎます。',
  unauthenticated: 'サインアウトされました。',
  unreachable: 'サーバーに接続できません。',
};
