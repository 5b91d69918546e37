import {
  bulletedList,
  numberedList,
  quoted,
  sampleCode,
  type Voice,
} from '#local/bedrock/simulated/language/voice.ts';

/** The Japanese sentences of the simulated model. */
export const japanese: Voice = {
  summaryHeading: '要点は次のとおりです。',
  mark: '（シミュレーション）',
  separator: '',
  label: (agent) =>
    '> **これはシミュレーションの回答です。** ' +
    (agent === undefined
      ? 'ローカルの Bedrock が決まった規則に従って書いたもので、モデルは呼び出していません。'
      : `ローカルの Bedrock のエージェント \`${agent}\` が決まった規則に従って書いたもので、モデルは呼び出していません。`),
  greeting: (name, agent) =>
    `こんにちは${name === undefined ? '' : `、${name}さん`}！` +
    (agent === undefined
      ? 'Streambed のシミュレーション用モデルです。'
      : `エージェント \`${agent}\` です。回答は Streambed のシミュレーション用モデルが作成します。`) +
    '質問、文章の要約、文字数を指定した文章の作成などをお試しください。\n\n' +
    bulletedList([
      'この会話でこれまでに話したことを覚えています。',
      '日本語で書けば日本語で、英語で書けば英語で答えます。',
      '簡単な計算ができます。たとえば `12 * 7` と入力してください。',
    ]),
  userName: (name) =>
    name === undefined
      ? 'お名前は、この会話ではまだうかがっていません。'
      : `お名前は**${name}**さんです。この会話の中で教えていただきました。`,
  calculation: (expression, value) => `\`${expression}\` の答えは **${value}** です。`,
  earlierMessages: (messages) =>
    messages.length === 0
      ? 'この会話では、これが最初の発言です。'
      : `この会話でのこれまでの発言は次のとおりです。\n\n${numberedList(messages)}`,
  sentiment: ({ label, score }) =>
    `感情は**${sentimentNames[label]}**です（スコアは ${score.toFixed(2)}、範囲は -1 から 1 まで）。`,
  keyPhrases: (phrases) => `キーワードは次のとおりです。\n\n${bulletedList(phrases)}`,
  reasoning: (topic) =>
    `${topic === undefined ? '' : `${topic}についての質問です。`}まずこれまでの会話を確認し、何を求められているかを整理してから、回答を書きます。`,
  toolUse: (names) =>
    `（シミュレーション）ツール ${names.map((name) => `\`${name}\``).join(' と ')} を使います。`,
  toolResults: (results) => `ツールの結果は次のとおりです。\n\n${quoted(results)}`,
  notFound: (titles) =>
    `資料の中に答えは見つかりませんでした。調べた資料は次のとおりです：${titles.join('、')}`,
  unreadable: (titles) =>
    `${titles.join('、')}を読み取れませんでした。ローカルの Bedrock が読み取れるのは PDF、HTML、テキストです。`,
  explanation,
  sentences: (topic = 'このテーマ') => [
    `${topic}についての文章も、どこかから書き始めなければなりません。`,
    `多くの人は偶然${topic}に出会い、好奇心から離れられなくなります。`,
    '遠くからは単純に見えるものも、近づくと多くの部分からできています。',
    '一つ一つの部分は、それだけで理解できます。そこから始めるのがよいでしょう。',
    `${topic}のない世界では何が足りないかを考えてみてください。`,
    '良い例は、長い説明よりも役に立ちます。',
    '決める前に測り、観察したことを書き留めましょう。',
    '細かいことは年ごとに変わりますが、考え方は変わりません。',
    `毎日${topic}に触れている人ほど、細かいことには気づかなくなります。`,
    '間違いは、早いうちなら小さな代償ですみます。',
    '質問はいつも一つ残っていて、たいていそれが大事な質問です。',
    '書かれていないことも、書かれていることと同じくらい大切です。',
  ],
};

const sentimentNames = {
  positive: '肯定的',
  negative: '否定的',
  neutral: '中立',
  mixed: '肯定と否定の両方',
} as const;

function explanation(topic: string | undefined, earlierTopic: string | undefined): string {
  const opening = topic === undefined ? '' : `**${topic}**についてのご質問ですね。`;
  return [
    ...(topic === undefined ? [] : [`## ${topic}について`]),
    `${opening}本物のモデルなら学習した知識から答えますが、` +
      'このシミュレーションは同じ形の文章で答えます。' +
      '文字が流れてくる様子、保存のされ方、画面での見え方を確かめるためのものです。',
    '### 進め方',
    numberedList([
      `${topic === undefined ? '' : `${topic}について`}知りたいことを一文で書きます。`,
      'いちばん小さな例を作って動かします。',
      '一度に一つだけ変えて、何が起きるかを書き留めます。',
    ]),
    '### 小さな例',
    sampleCode(topic ?? '知りたいこと'),
    '### ひと目でわかる表',
    '| 知りたいこと | 見るところ |\n| --- | --- |\n| それは何か | ドキュメントの最初の段落 |\n| 動いているか | それがなければ失敗するテスト |\n| いくらかかるか | このターンの使用量 |',
    closing(topic, earlierTopic),
  ].join('\n\n');
}

function closing(topic: string | undefined, earlierTopic: string | undefined): string {
  if (topic === undefined) return '知りたいテーマを書いていただければ、それについて答えます。';
  if (earlierTopic === undefined || earlierTopic === topic) {
    return `${topic}のどこを詳しく知りたいか、続けて聞いてください。`;
  }
  return `先ほどは${earlierTopic}についてのお話でした。二つを比べることもできます。`;
}
