import OpenAI, { APIError } from 'openai';

const { STREAMBED_API, STREAMBED_KEY } = process.env;
if (!STREAMBED_API || !STREAMBED_KEY) {
  console.error('STREAMBED_API and STREAMBED_KEY are not set. Run: eval "$(npm run -s urls)"');
  process.exit(1);
}

const client = new OpenAI({ baseURL: `${STREAMBED_API}/v1`, apiKey: STREAMBED_KEY });
const prompt = process.argv[2] ?? 'Write 60 words about rivers';

try {
  const stream = await client.chat.completions.create({
    model: 'auto',
    messages: [{ role: 'user', content: prompt }],
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of stream) {
    process.stdout.write(chunk.choices[0]?.delta.content ?? '');
    // The last chunk has no text but the usage.
    if (chunk.usage) console.log(`\n\n${chunk.model}: ${chunk.usage.total_tokens} tokens`);
  }
} catch (error) {
  // Both a refused request and a stream that breaks off throw an APIError.
  if (!(error instanceof APIError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
