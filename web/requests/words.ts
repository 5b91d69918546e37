import type { ErrorCode } from '#domain/errors.ts';
import type { Language } from '../words/languages.ts';

/** What to say where the chat's words are about conversations. */
export interface RequestWords {
  readonly problems: Partial<Record<ErrorCode, string>>;
  readonly listFailed: string;
  readonly loading: string;
  readonly tryAgain: string;
  readonly showMore: string;
  readonly copy: string;
  readonly copied: string;
  readonly copyFailed: string;
  readonly cancel: string;
  readonly delete: string;
  readonly more: (name: string) => string;
  readonly deleted: (name: string) => string;
  readonly deleteFailed: (name: string) => string;
}

const en: RequestWords = {
  problems: {
    conflict: 'This is still running. Try again when it’s done.',
    invalid_request: 'This request wasn’t accepted.',
    not_found: 'This doesn’t exist anymore.',
    too_large: 'This is too large.',
    idempotency_mismatch: 'This was already sent with different content.',
    gone: 'This can’t be shown anymore.',
  },
  listFailed: 'The list couldn’t be loaded.',
  loading: 'Loading…',
  tryAgain: 'Try again',
  showMore: 'Show more',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'This couldn’t be copied.',
  cancel: 'Cancel',
  delete: 'Delete',
  more: (name) => `More about “${name}”`,
  deleted: (name) => `“${name}” is deleted.`,
  deleteFailed: (name) =>
    `“${name}” couldn’t be deleted. If it’s still running, wait until it’s done.`,
};

const ja: RequestWords = {
  problems: {
    conflict: 'まだ処理中です。完了してから再試行してください。',
    invalid_request: 'リクエストが受け付けられませんでした。',
    not_found: 'すでに削除されています。',
    too_large: 'サイズが大きすぎます。',
    idempotency_mismatch: '別の内容ですでに送信されています。',
    gone: '表示できなくなりました。',
  },
  listFailed: '一覧を読み込めませんでした。',
  loading: '読み込み中…',
  tryAgain: '再試行',
  showMore: 'さらに表示',
  copy: 'コピー',
  copied: 'コピーしました',
  copyFailed: 'コピーできませんでした。',
  cancel: 'キャンセル',
  delete: '削除',
  more: (name) => `「${name}」のその他の操作`,
  deleted: (name) => `「${name}」を削除しました。`,
  deleteFailed: (name) =>
    `「${name}」を削除できませんでした。処理中の場合は、完了までお待ちください。`,
};

export const requestWords: Record<Language, RequestWords> = { en, ja };
