import { expect, test } from 'vitest';
import { decodeText } from '#documents/reading/decode-text.ts';
import { encodeText, encodeUtf16, encodeUtf32 } from '#test/fixtures/encode-text.ts';

const japanese = [
  '短い文です。',
  '港の橋は開通した。',
  'こんにちは',
  'テスト',
  'はい、橋',
  'A社とB社は提携した。',
  '価格は1,000円です（税込）。',
  '～メール～\r\n平素より格別のご高配を賜り',
  '髙橋さんの①番',
];
/** Kanji alone are in EUC-JP as in the character sets of Chinese and Korean. */
const kanji = ['東京都港区', '日本語', '第1章 港', 'Name: 山田太郎', '橋', '名前,住所\n山田,東京'];
const halfWidth = ['ﾃｽﾄ項目', '温度25℃'];
const unicode = [
  'Hello',
  'hello\n',
  'Grüße, 日本',
  'Привет',
  '😀 ok',
  '한국어 문장',
  '① 見積（㈱港）',
];

const mark = (hex: string, bytes: Uint8Array): Uint8Array =>
  new Uint8Array([...Buffer.from(hex, 'hex'), ...bytes]);

test.each([...japanese, ...kanji, ...halfWidth])('“%s” is read in Shift_JIS', (text) => {
  expect(decodeText(encodeText('shift_jis', text), false)).toBe(text);
});

test.each(japanese)('“%s” is read in EUC-JP', (text) => {
  expect(decodeText(encodeText('euc-jp', text), false)).toBe(text);
});

test.each([...japanese, ...unicode])('“%s” is read in UTF-16 without a byte order mark', (text) => {
  // Without a line end, a short text may also be valid ASCII.
  const line = `${text}\n`;
  expect(decodeText(encodeUtf16(line, 'le'), false)).toBe(line);
  expect(decodeText(encodeUtf16(line, 'be'), false)).toBe(line);
});

test.each([...japanese, ...kanji, ...unicode])('“%s” is read with any byte order mark', (text) => {
  expect(decodeText(mark('fffe', encodeUtf16(text, 'le')), false)).toBe(text);
  expect(decodeText(mark('feff', encodeUtf16(text, 'be')), false)).toBe(text);
  expect(decodeText(mark('fffe0000', encodeUtf32(text, 'le')), false)).toBe(text);
  expect(decodeText(mark('0000feff', encodeUtf32(text, 'be')), false)).toBe(text);
  expect(decodeText(mark('efbbbf', Buffer.from(text)), false)).toBe(text);
  expect(decodeText(encodeUtf32(text, 'le'), false)).toBe(text);
  expect(decodeText(encodeUtf32(text, 'be'), false)).toBe(text);
});

test('ISO-2022-JP is read by its escape sequences', () => {
  const bytes = Buffer.from('Re: \u{1B}$B9A$N66\u{1B}(B!\r\n', 'latin1');
  expect(decodeText(bytes, false)).toBe('Re: 港の橋!\r\n');
  // Colours of a terminal are not its escape sequences.
  expect(decodeText(Buffer.from('\u{1B}[31mred\u{1B}[0m'), false)).toBe('\u{1B}[31mred\u{1B}[0m');
});

test.each([...japanese, ...kanji, ...halfWidth, ...unicode, 'ﾃｽﾄ', '联通', '\u{7F}', 'é'])(
  'valid UTF-8 is read as UTF-8: “%s”',
  (text) => {
    expect(decodeText(Buffer.from(text), false)).toBe(text);
    expect(decodeText(Buffer.from(`<meta charset=shift_jis>${text}`), true)).toContain(text);
  },
);

test.each([
  ['shift_jis', 'Shift_JIS', '<h1>港の橋</h1>'],
  ['shift_jis', 'CP932', '<h1>①港</h1>'],
  ['shift_jis', 'Windows-31J', '<h1>ﾃｽﾄ</h1>'],
  ['euc-jp', 'EUC-JP', '<h1>東京都港区</h1>'],
  ['gbk', 'gb2312', '<h1>你好，世界</h1>'],
  ['gb18030', 'GB18030', '<h1>中文</h1>'],
  ['big5', 'Big5', '<h1>臺灣</h1>'],
  ['euc-kr', 'EUC-KR', '<h1>안녕하세요</h1>'],
  ['windows-1252', 'ISO-8859-1', '<h1>“Größe” café</h1>'],
  ['windows-1251', 'windows-1251', '<h1>Привет</h1>'],
  ['koi8-r', 'koi8-r', '<h1>Привет</h1>'],
] as const)('HTML in %s is read by its declaration %s', (encoding, label, html) => {
  for (const declaration of [
    `<meta charset="${label}">`,
    `<META CHARSET=${label}>`,
    `<!-- <meta charset="utf-16"> --><meta http-equiv='Content-Type' content='text/html; charset=${label}'/>`,
    `<?xml version="1.0" encoding="${label}"?>`,
    // The first one that fits counts.
    `<meta charset="utf-8"><meta charset="nonsense"><meta charset="${label}">`,
  ]) {
    const bytes = encodeText(encoding, `${declaration}${html}`);
    expect(decodeText(bytes, true)).toBe(`${declaration}${html}`);
  }
});

const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  Buffer.from(Array.from({ length: 500 }, (_, index) => (index * 7919) % 256)),
]);

test.each([
  ['NULs', Buffer.alloc(300)],
  ['an image', png],
  ['an image that is cut', png.subarray(0, 24)],
  ['a text with a NUL', Buffer.from('text\0text')],
  ['a zip archive', Buffer.from('504b030414000000080000002158ab', 'hex')],
  ['an executable', Buffer.from('7f454c460201010000000000000000000300', 'hex')],
  ['gzip', Buffer.from('1f8b0800000000000003cb48cdc9c9070086a6103605000000', 'hex')],
  ['UTF-16 with NULs', mark('fffe', Buffer.alloc(8))],
  ['a PDF', Buffer.from('%PDF-1.4\n1 0 obj')],
  ['a rich text file', Buffer.from('{\\rtf1 text}')],
])('%s is refused as a binary file', (_, bytes) => {
  for (const isHtml of [true, false]) {
    expect(() => decodeText(bytes, isHtml)).toThrow('it is a binary file');
  }
});

test.each([
  ['windows-1252', 'café'],
  ['windows-1252', 'français'],
  ['windows-1252', 'Größe, Straße, Müller'],
  ['windows-1252', 'It’s nice, don’t you know'],
  ['windows-1252', 'ÄÖÜ'],
  ['gbk', '这是一个很短的中文文本。'],
  ['gbk', '你好世界'],
  ['big5', '這是中文'],
  ['euc-kr', '한국어 문장입니다.'],
  ['windows-1251', 'Привет мир'],
])('an undeclared text in %s is refused and not misread: “%s”', (encoding, text) => {
  const bytes = encodeText(encoding, text);
  expect(() => decodeText(bytes, false)).toThrow(
    'its encoding is not recognized. Save it as UTF-8',
  );
});

test('damaged UTF-8 is refused and not misread', () => {
  for (const text of ['こんにちは、世界', '港の橋は開通した。']) {
    const bytes = Buffer.from(text);
    const cut = bytes.subarray(0, -1);
    const spoilt = Buffer.concat([bytes, Buffer.from([0x82])]);
    for (const each of [cut, spoilt]) {
      expect(() => decodeText(each, false)).toThrow('it is not UTF-8 text');
    }
  }
});
