'use client';

import { useSyncExternalStore } from 'react';
import * as v from 'valibot';
import { offerJson, type ModelPriceJson, type OfferJson } from '#protocol/chat/offer-schema.ts';
import { toError } from '../api.ts';
import { callApi } from '../call-api.ts';

/** What can be chosen, as far as the page knows it. */
export type Options =
  | { readonly state: 'loading' }
  | { readonly state: 'failed' }
  | { readonly state: 'done'; readonly offer: OfferJson };

const loading: Options = { state: 'loading' };
let options: Options = loading;
let isAsked = false;
const listeners = new Set<() => void>();

function show(next: Options): void {
  options = next;
  for (const listener of listeners) listener();
}

async function load(): Promise<void> {
  try {
    const response = await callApi('/options');
    if (!response.ok) throw await toError(response);
    show({ state: 'done', offer: v.parse(offerJson, await response.json()) });
  } catch {
    show({ state: 'failed' });
  }
}

/** Asks once for what can be chosen in this deployment; again after a failure. */
export function loadOptions(): void {
  if (isAsked && options.state !== 'failed') return;
  isAsked = true;
  if (options.state === 'failed') show(loading);
  void load();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!isAsked) loadOptions();
  return () => listeners.delete(listener);
}

/** Returns what can be chosen in this deployment. It is loaded when it is first needed. */
export function useOptions(): Options {
  return useSyncExternalStore(
    subscribe,
    () => options,
    () => loading,
  );
}

/** Returns the name of a model for people; something like it until the names are known. */
export function useModelName(modelId: string | undefined): string | undefined {
  const current = useOptions();
  if (modelId === undefined || modelId === '') return undefined;
  const models = current.state === 'done' ? current.offer.models : [];
  return models.find(({ id }) => id === modelId)?.name ?? shortNameOf(modelId);
}

/** Returns what the tokens of a model cost; undefined if that is not known. */
export function useModelPrice(modelId: string | undefined): ModelPriceJson | undefined {
  const current = useOptions();
  const models = current.state === 'done' ? current.offer.models : [];
  return models.find(({ id }) => id === modelId)?.price;
}

/** `us.anthropic.claude-haiku-4-5-20251001-v1:0` without what only Bedrock needs. */
function shortNameOf(modelId: string): string {
  const name = modelId
    .replace(/^agent:/u, '')
    .replace(/^.*\//u, '')
    .replace(/-v\d+(?::\d+)*$/u, '');
  return name.replace(/-\d{8}$/u, '').replace(/^(?:\w+\.)+(?=[a-z])/u, '');
}
