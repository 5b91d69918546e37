import type { FailureReason } from '#domain/document/document-failure.ts';
import type { Language } from '../words/languages.ts';
import type { FileRefusal } from './upload/check-file.ts';
import { failureWords } from './failure-words.ts';
import type { StepStatus } from './workflow/workflow.ts';

export interface DocumentsWords {
  readonly upload: string;
  readonly pasteText: string;
  readonly drop: string;
  readonly dropNow: string;
  readonly none: string;
  readonly noneHint: string;
  readonly list: string;
  readonly pasted: string;
  readonly refusals: Readonly<Record<FileRefusal, string>>;
  readonly chooseAnother: string;
  readonly remove: string;
  readonly uploading: (percent: string) => string;
  readonly uploadProgress: (name: string) => string;
  readonly sent: (sent: string, total: string) => string;
  readonly timeLeft: (seconds: string) => string;
  readonly uploadFailed: string;
  readonly neverArrived: string;
  readonly states: Readonly<
    Record<'awaiting_upload' | 'queued' | 'running' | 'succeeded' | 'failed', string>
  >;
  readonly kinds: Readonly<Record<'summary' | 'analysis', string>>;
  readonly steps: string;
  readonly stepStates: Readonly<Record<StepStatus, string>>;
  readonly partsDone: (done: number, total: number, retrying: number) => string;
  readonly seconds: (value: string) => string;
  readonly doneIn: (value: string) => string;
  readonly waitForSummary: string;
  readonly waitForAnalysis: string;
  readonly parts: (count: number) => string;
  readonly sentiments: Readonly<Record<'positive' | 'negative' | 'neutral' | 'mixed', string>>;
  readonly sentiment: string;
  readonly score: string;
  readonly scale: string;
  readonly keywords: string;
  readonly noKeywords: string;
  readonly detailsFailed: string;
  readonly processingFailed: string;
  readonly failures: Readonly<Record<FailureReason, string>>;
  /** For a failure without a reason, of which there is an English sentence. */
  readonly otherFailure: (detail: string) => string;
  readonly text: string;
  readonly textPlaceholder: string;
  readonly whatFor: string;
  readonly start: string;
  readonly textTooLong: (max: string) => string;
  readonly textFailed: string;
}

const en: DocumentsWords = {
  upload: 'Upload',
  pasteText: 'Paste text',
  drop: 'Drop files here. PDF, HTML, Markdown or text, up to 25 MB.',
  dropNow: 'Drop to upload',
  none: 'No documents yet',
  noneHint: 'Upload one, and its summary appears here.',
  list: 'Your documents',
  pasted: 'Pasted text',
  refusals: {
    'too-large': 'This file is larger than 25 MB.',
    'unknown-kind': 'This kind of file can’t be read.',
    empty: 'This file is empty.',
  },
  chooseAnother: 'Choose another',
  remove: 'Remove',
  uploading: (percent) => `Uploading ${percent}`,
  uploadProgress: (name) => `Upload of ${name}`,
  sent: (sent, total) => `${sent} of ${total}`,
  timeLeft: (seconds) => `about ${seconds} s left`,
  uploadFailed: 'The upload failed.',
  neverArrived: 'The file didn’t arrive. Upload it again.',
  states: {
    awaiting_upload: 'Not uploaded',
    queued: 'Waiting',
    running: 'Analysing',
    succeeded: 'Done',
    failed: 'Failed',
  },
  kinds: { summary: 'Summary', analysis: 'Sentiment and keywords' },
  steps: 'Steps',
  stepStates: {
    waiting: 'waiting',
    running: 'running',
    retrying: 'retrying',
    succeeded: 'done',
    failed: 'failed',
    stopped: 'stopped',
  },
  partsDone: (done, total, retrying) =>
    `${done} of ${total} parts done${retrying === 0 ? '' : `, retrying ${retrying}`}`,
  seconds: (value) => `${value} s`,
  doneIn: (value) => `Done in ${value} s`,
  waitForSummary: 'The summary appears here as soon as it is written. You can leave this page.',
  waitForAnalysis: 'The result appears here as soon as it is ready. You can leave this page.',
  parts: (count) => (count === 1 ? '1 part' : `${count} parts`),
  sentiments: { positive: 'Positive', negative: 'Negative', neutral: 'Neutral', mixed: 'Mixed' },
  sentiment: 'Sentiment',
  score: 'Score',
  scale: 'from −1 (negative) to 1 (positive)',
  keywords: 'Keywords',
  noKeywords: 'No keywords were found.',
  detailsFailed: 'This document couldn’t be loaded.',
  processingFailed: 'This document couldn’t be processed.',
  failures: failureWords.en,
  otherFailure: (detail) => detail,
  text: 'Text',
  textPlaceholder: 'Paste the text here',
  whatFor: 'What should be made of it?',
  start: 'Start',
  textTooLong: (max) => `This text can be up to ${max} characters.`,
  textFailed: 'The text wasn’t accepted.',
};

const ja: DocumentsWords = {
  upload: 'アップロード',
  pasteText: 'テキストを貼り付け',
  drop: 'ここにファイルをドロップ。PDF・HTML・Markdown・テキスト、25 MB まで。',
  dropNow: 'ドロップしてアップロード',
  none: 'ドキュメントはまだありません',
  noneHint: 'アップロードすると、ここに要約が表示されます。',
  list: 'ドキュメント一覧',
  pasted: '貼り付けたテキスト',
  refusals: {
    'too-large': 'ファイルが 25 MB を超えています。',
    'unknown-kind': 'この形式は読み取れません。',
    empty: 'ファイルが空です。',
  },
  chooseAnother: '別のファイルを選択',
  remove: '取り除く',
  uploading: (percent) => `アップロード中 ${percent}`,
  uploadProgress: (name) => `${name} のアップロード`,
  sent: (sent, total) => `${sent} / ${total}`,
  timeLeft: (seconds) => `残り約${seconds}秒`,
  uploadFailed: 'アップロードできませんでした。',
  neverArrived: 'ファイルが届いていません。もう一度アップロードしてください。',
  states: {
    awaiting_upload: '未アップロード',
    queued: '待機中',
    running: '分析中',
    succeeded: '完了',
    failed: '失敗',
  },
  kinds: { summary: '要約', analysis: '感情とキーワード' },
  steps: '処理の手順',
  stepStates: {
    waiting: '待機中',
    running: '実行中',
    retrying: '再試行中',
    succeeded: '完了',
    failed: '失敗',
    stopped: '中止',
  },
  partsDone: (done, total, retrying) =>
    `${total}件中 ${done}件完了${retrying === 0 ? '' : `、${retrying}件を再試行中`}`,
  seconds: (value) => `${value}秒`,
  doneIn: (value) => `${value}秒で完了`,
  waitForSummary: '要約ができしだい、ここに表示されます。このページを離れても処理は続きます。',
  waitForAnalysis: '結果が出しだい、ここに表示されます。このページを離れても処理は続きます。',
  parts: (count) => `${count}パート`,
  sentiments: {
    positive: '肯定的',
    negative: '否定的',
    neutral: '中立',
    mixed: '肯定・否定が混在',
  },
  sentiment: '感情',
  score: 'スコア',
  scale: '−1（否定的）から 1（肯定的）まで',
  keywords: 'キーワード',
  noKeywords: 'キーワードは見つかりませんでした。',
  detailsFailed: 'ドキュメントを読み込めませんでした。',
  processingFailed: 'ドキュメントを処理できませんでした。',
  failures: failureWords.ja,
  otherFailure: () => '理由は記録されていません。もう一度アップロードしてください。',
  text: 'テキスト',
  textPlaceholder: 'ここにテキストを貼り付け',
  whatFor: '処理の内容',
  start: '開始',
  textTooLong: (max) => `テキストは${max}文字以内で入力してください。`,
  textFailed: 'テキストが受け付けられませんでした。',
};

export const documentsWords: Record<Language, DocumentsWords> = { en, ja };
