import { numbered, type Voice } from '#local/bedrock/simulated/language/voice.ts';

export const japanese: Voice = {
  label:
    '> **これはシミュレーションの回答です。** ローカルの Bedrock が規則に従って書いたもので、モデルは呼び出していません。',
  greeting: (name) =>
    `こんにちは${name === undefined ? '' : `、${name}さん`}！手元のパソコンで動く代役のモデルです。` +
    '質問したり、文章の要約を頼んだり、文字数を指定したりしてみてください。\n\n' +
    '- この会話でこれまでに話したことを覚えています。\n' +
    '- 日本語でも英語でも、書かれた言語で答えます。\n' +
    '- 簡単な計算ができます。たとえば `12 * 7` です。',
  name: (name) =>
    name === undefined
      ? 'お名前は、この会話ではまだうかがっていません。'
      : `お名前は**${name}**さんです。この会話の中で教えていただきました。`,
  result: (expression, value) => `\`${expression}\` の答えは **${value}** です。`,
  earlier: (questions) =>
    questions.length === 0
      ? 'この会話では、これが最初の発言です。'
      : `この会話でのこれまでの発言は次のとおりです。\n\n${numbered(questions)}`,
  summary: (sentences) =>
    `要点は次のとおりです。\n\n${sentences.map((item) => `- ${item}`).join('\n')}`,
  sentiment: ({ label, score }) =>
    `感情は**${sentimentNames[label]}**です（スコア ${score.toFixed(2)}、-1 から 1）。`,
  keywords: (phrases) =>
    `キーワードは次のとおりです。\n\n${phrases.map((item) => `- ${item}`).join('\n')}`,
  reasoning: (topic) =>
    `${topic}についての質問です。まずこれまでの会話を見て、何を求められているかを確かめ、それから答えを書きます。`,
  toolUse: (name) => `（シミュレーション）ツール \`${name}\` を使います。`,
  toolResults: (results) =>
    `ツールの結果は次のとおりです。\n\n${results.map((item) => `> ${item.replaceAll('\n', '\n> ')}`).join('\n\n')}`,
  notFound: (titles) => `資料の中に答えは見つかりませんでした。調べた資料：${titles.join('、')}。`,
  unreadable: (titles) =>
    `${titles.join('、')}は読めません。ローカルの Bedrock が読めるのは PDF、HTML、テキストです。`,
  between: '',
  explanation: (topic, earlierTopic) =>
    [
      `## ${topic}について`,
      `**${topic}**についてのご質問ですね。本物のモデルなら学習した知識から答えますが、` +
        'このシミュレーションは同じ形の文章で答えます。' +
        '文字が流れてくる様子、保存のされ方、画面での見え方を確かめるためのものです。',
      '### 進め方',
      numbered([
        `${topic}について知りたいことを一文で書きます。`,
        'いちばん小さな例を作って動かします。',
        '一度に一つだけ変えて、何が起きるかを書き留めます。',
      ]),
      '### 小さな例',
      `\`\`\`ts\nconst topic = ${JSON.stringify(topic)};\n\nfor await (const delta of answer(topic)) {\n  process.stdout.write(delta);\n}\n\`\`\``,
      '### ひと目で',
      '| 知りたいこと | 見るところ |\n| --- | --- |\n| それは何か | ドキュメントの最初の段落 |\n| 動いているか | それがなければ失敗するテスト |\n| いくらかかるか | このターンの使用量 |',
      earlierTopic === undefined
        ? `${topic}のどこを詳しく知りたいか、続けて聞いてください。`
        : `先ほどは${earlierTopic}についてのお話でした。二つを比べることもできます。`,
    ].join('\n\n'),
  sentences: (topic) => [
    `${topic}についての文章は、どこかから始めなければなりません。`,
    `多くの人は偶然${topic}に出会い、好奇心から離れられなくなります。`,
    '遠くからは単純に見えるものも、近づくと多くの部分からできています。',
    '一つ一つの部分は、それだけで理解できます。そこから始めるのがよいでしょう。',
    `${topic}のない世界では何が足りないかを考えてみてください。`,
    '良い例は、長い説明よりも役に立ちます。',
    '決める前に測り、見たことを書き留めましょう。',
    '細かいことは年ごとに変わりますが、考え方は変わりません。',
    `毎日${topic}に触れている人ほど、その存在を忘れてしまいます。`,
    '間違いは、早いうちなら安くすみます。',
    '質問はいつも一つ残っていて、たいていそれが大事な質問です。',
    '書かれていないことも、書かれていることと同じくらい大切です。',
  ],
  paragraph: (sentences) => sentences.join(''),
};

const sentimentNames = {
  positive: '肯定的',
  negative: '否定的',
  neutral: '中立',
  mixed: '肯定と否定の両方',
} as const;
