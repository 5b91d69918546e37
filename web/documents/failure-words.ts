import type { FailureReason } from '#domain/document/document-failure.ts';
import type { Language } from '../words/languages.ts';

type FailureWords = Readonly<Record<FailureReason, string>>;

const en: FailureWords = {
  empty: 'This file is empty.',
  file_too_large: 'This file is larger than 25 MB.',
  above_limits:
    'This document is too large. The limit is 25 MB, 5,000 pages and about 2.4 million characters.',
  too_complex: 'Reading this document takes too much memory or time. Split it, or upload its text.',
  no_text: 'This document has no text.',
  scanned: 'This PDF has no text. Run text recognition (OCR) on a scan before you upload it.',
  protected: 'This PDF is protected by a password. Upload a copy without one.',
  damaged: 'This PDF couldn’t be read. It is damaged, or isn’t a PDF.',
  unsupported_encoding: 'This PDF has text in an encoding that isn’t supported.',
  binary: 'This file couldn’t be read. It isn’t the text that its name promises.',
  unknown_encoding: 'The encoding of this text isn’t known. Save it as UTF-8, and upload it again.',
  not_uploaded: 'The file didn’t arrive. Upload it again.',
  model_busy: 'The model was busy. Wait a moment, and upload the document again.',
  model_failed: 'The model couldn’t answer.',
  too_slow: 'Processing took too long.',
  workflow_stopped: 'Processing was stopped before it was done.',
  unexpected: 'Something went wrong on our side.',
  minute_limit: 'Too many requests in a minute. Wait a moment, and try again.',
  token_limit: 'You have reached today’s token limit.',
  budget: 'You have reached today’s spending limit.',
  above_daily_limit:
    'This document wasn’t processed, because it may cost more than the daily limit.',
};

const ja: FailureWords = {
  empty: 'ファイルが空です。',
  file_too_large: 'ファイルが 25 MB を超えています。',
  above_limits: 'ドキュメントが大きすぎます。25 MB、5,000ページ、約240万文字までです。',
  too_complex:
    'ファイルが大きく、読み取りに必要なメモリまたは時間が不足しました。分割するか、テキストとしてアップロードしてください。',
  no_text: 'テキストが含まれていません。',
  scanned:
    'テキストのない PDF です。スキャン画像は、文字認識（OCR）をしてからアップロードしてください。',
  protected: 'パスワードで保護された PDF です。保護を解除してからアップロードしてください。',
  damaged: 'PDF を読み取れませんでした。ファイルが破損しているか、PDF ではありません。',
  unsupported_encoding: 'PDF の文字コードに対応していません。',
  binary: 'テキストではないファイルのため、読み取れませんでした。',
  unknown_encoding:
    '文字コードを判別できませんでした。UTF-8 で保存してからアップロードしてください。',
  not_uploaded: 'ファイルが届いていません。もう一度アップロードしてください。',
  model_busy: 'モデルが混み合っていました。しばらくしてから、もう一度アップロードしてください。',
  model_failed: 'モデルが回答できませんでした。',
  too_slow: '処理に時間がかかりすぎました。',
  workflow_stopped: '処理が途中で中止されました。',
  unexpected: 'システムで問題が発生しました。',
  minute_limit: 'リクエストが集中しています。しばらくしてから再試行してください。',
  token_limit: '本日のトークンの上限に達しました。',
  budget: '本日の利用上限に達しました。',
  above_daily_limit: '1日の利用上限を超えるおそれがあるため、処理しませんでした。',
};

/** Why a document could not be processed, by the reason that the API gives. */
export const failureWords: Readonly<Record<Language, FailureWords>> = { en, ja };
