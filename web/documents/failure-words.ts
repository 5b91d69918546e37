/** Why a document cannot be processed: the beginning of the server's sentence, and what it means. */
export const failuresJa: readonly (readonly [start: string, words: string])[] = [
  ['The document is empty', 'ファイルが空です。'],
  ['The document must be at most', 'ファイルが 25 MB を超えています。'],
  [
    'The document is too large: reading it',
    'ファイルが大きく、読み取りに必要なメモリまたは時間が不足しました。分割するか、テキストとしてアップロードしてください。',
  ],
  [
    'The document is too large',
    'ドキュメントが大きすぎます。25 MB、5,000ページ、約240万文字までです。',
  ],
  [
    'The PDF has no text',
    'テキストのない PDF です。スキャン画像は、文字認識（OCR）をしてからアップロードしてください。',
  ],
  ['The document has no text', 'テキストが含まれていません。'],
  [
    'The PDF is protected',
    'パスワードで保護された PDF です。保護を解除してからアップロードしてください。',
  ],
  [
    'The PDF could not be read',
    'PDF を読み取れませんでした。ファイルが破損しているか、PDF ではありません。',
  ],
  ['The PDF has text in an encoding', 'PDF の文字コードに対応していません。'],
  [
    'The document could not be read: it is a binary',
    'テキストではないファイルのため、読み取れませんでした。',
  ],
  [
    'The document could not be read: it is not UTF-8',
    '文字コードを判別できませんでした。UTF-8 で保存してからアップロードしてください。',
  ],
  ['The document was not uploaded', 'ファイルが届いていません。もう一度アップロードしてください。'],
  [
    'The model was too busy',
    'モデルが混み合っていました。しばらくしてから、もう一度アップロードしてください。',
  ],
  ['The model', 'モデルが回答できませんでした。'],
  ['Processing the document took too long', '処理に時間がかかりすぎました。'],
  ['The workflow was stopped', '処理が途中で中止されました。'],
  ['The token limit for today', '本日のトークンの上限に達しました。'],
  ['The budget for today', '本日の利用上限に達しました。'],
  ['This request may cost more', '1日の利用上限を超えるおそれがあるため、処理しませんでした。'],
  [
    'Too many requests in a minute',
    'リクエストが集中しています。しばらくしてから再試行してください。',
  ],
  ['Something went wrong', 'システムで問題が発生しました。'],
];
