import { numbered, type Voice } from '#local/bedrock/simulated/language/voice.ts';

export const english: Voice = {
  label: '> **Simulated answer.** The local Bedrock wrote this by rule; no model was asked.',
  greeting: (name) =>
    `Hello${name === undefined ? '' : `, ${name}`}! I am the stand-in model of your laptop. ` +
    'Ask me something, give me a text to summarise, or ask for a number of words.\n\n' +
    '- I remember what you said earlier in this conversation.\n' +
    '- I answer in English or Japanese, whichever you write in.\n' +
    '- I can add, multiply and divide: try `12 * 7`.',
  name: (name) =>
    name === undefined
      ? 'You have not told me your name in this conversation yet.'
      : `Your name is **${name}**. You told me earlier in this conversation.`,
  result: (expression, value) => `\`${expression}\` is **${value}**.`,
  earlier: (questions) =>
    questions.length === 0
      ? 'This is the first thing you have said in this conversation.'
      : `So far in this conversation you said:\n\n${numbered(questions)}`,
  summary: (sentences) => `In short:\n\n${sentences.map((item) => `- ${item}`).join('\n')}`,
  sentiment: ({ label, score }) =>
    `The sentiment is **${label}** (score ${score.toFixed(2)} from -1 to 1).`,
  keywords: (phrases) => `Key phrases:\n\n${phrases.map((item) => `- ${item}`).join('\n')}`,
  reasoning: (topic) =>
    `The question is about ${topic}. First I look at what was said so far, then at what is asked ` +
    'for, and then I write the answer.',
  toolUse: (name) => `(Simulated) I will use the tool \`${name}\` for this.`,
  toolResults: (results) =>
    `This is what the tool gave:\n\n${results.map((item) => `> ${item.replaceAll('\n', '\n> ')}`).join('\n\n')}`,
  notFound: (titles) => `Nothing in the sources answers this. I looked in: ${titles.join(', ')}.`,
  unreadable: (titles) =>
    `I cannot read ${titles.join(', ')}: the local Bedrock knows PDF, HTML and text.`,
  between: ' ',
  explanation: (topic, earlierTopic) =>
    [
      `## About ${topic}`,
      `You asked about **${topic}**. A real model would answer from what it has learned; this ` +
        'simulation answers with a text of the same shape, so that you can see how it streams, ' +
        'how it is stored, and how the page draws it.',
      '### How to go about it',
      numbered([
        `Say in one sentence what you want to know about ${topic}.`,
        'Take the smallest example that shows it, and run it.',
        'Change one thing at a time, and note what happens.',
      ]),
      '### A small example',
      `\`\`\`ts\nconst topic = ${JSON.stringify(topic)};\n\nfor await (const delta of answer(topic)) {\n  process.stdout.write(delta);\n}\n\`\`\``,
      '### At a glance',
      '| Question | Where to look |\n| --- | --- |\n| What is it? | The first paragraph of its documentation |\n| Does it work? | A test that fails without it |\n| What does it cost? | The usage of this turn |',
      earlierTopic === undefined
        ? `Ask me to go deeper into any part of ${topic}.`
        : `Earlier you asked about ${earlierTopic}; ask me to compare the two.`,
    ].join('\n\n'),
  sentences: (topic) => [
    `A text about ${topic} has to begin somewhere, and this one begins here.`,
    `Most people meet ${topic} by accident and stay out of curiosity.`,
    'What looks simple from afar has many parts when you come near.',
    'Each part can be understood by itself, and that is the way to begin.',
    `It helps to ask what would be missing in a world without ${topic}.`,
    'A good example is worth more than a long explanation.',
    'Measure before you decide, and write down what you saw.',
    'The details change from year to year, but the idea stays the same.',
    `Whoever works with ${topic} every day soon stops noticing it.`,
    'Mistakes are cheap as long as they are made early.',
    'There is always one more question, and it is usually the useful one.',
    'What is left out matters as much as what is said.',
  ],
  paragraph: (sentences) => sentences.join(' '),
};
