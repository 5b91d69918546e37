import type { ProviderFile } from '#models/facts.ts';
import ai21 from '#models/ai21.json' with { type: 'json' };
import amazon from '#models/amazon.json' with { type: 'json' };
import anthropic from '#models/anthropic.json' with { type: 'json' };
import cohere from '#models/cohere.json' with { type: 'json' };
import deepseek from '#models/deepseek.json' with { type: 'json' };
import google from '#models/google.json' with { type: 'json' };
import meta from '#models/meta.json' with { type: 'json' };
import minimax from '#models/minimax.json' with { type: 'json' };
import mistral from '#models/mistral.json' with { type: 'json' };
import moonshot from '#models/moonshot.json' with { type: 'json' };
import nvidia from '#models/nvidia.json' with { type: 'json' };
import openai from '#models/openai.json' with { type: 'json' };
import qwen from '#models/qwen.json' with { type: 'json' };
import writer from '#models/writer.json' with { type: 'json' };
import xai from '#models/xai.json' with { type: 'json' };
import zai from '#models/zai.json' with { type: 'json' };

const files: readonly unknown[] = [
  ai21,
  amazon,
  anthropic,
  cohere,
  deepseek,
  google,
  meta,
  minimax,
  mistral,
  moonshot,
  nvidia,
  openai,
  qwen,
  writer,
  xai,
  zai,
];

/** All providers. Each has a file, which a test checks completely, so that a start need not. */
export const providers: readonly ProviderFile[] = files.filter(isProvider);

function isProvider(file: unknown): file is ProviderFile {
  return typeof file === 'object' && file !== null && 'models' in file;
}
