export const extract = async ({ document: { text, flaky, refuse }, retries }) => {
  if (flaky && retries < 2) throw Object.assign(new Error('try again'), { name: 'Flaky' });
  if (refuse) throw Object.assign(new Error('no'), { name: 'NotADocument' });
  return { text, words: text.split(' ') };
};
