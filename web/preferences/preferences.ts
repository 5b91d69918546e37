import * as v from 'valibot';
import { languages } from '../words/languages.ts';

/** The cookie that holds the preferences: the server renders the page with them. */
export const preferencesCookie = 'preferences';

const themes = ['system', 'light', 'dark'] as const;
const sendKeys = ['enter', 'ctrl-enter'] as const;

const preferencesSchema = v.object({
  /** Absent for the language that the browser asks for. */
  language: v.optional(v.fallback(v.optional(v.picklist(languages)), undefined)),
  theme: v.optional(v.fallback(v.picklist(themes), 'system'), 'system'),
  sendWith: v.optional(v.fallback(v.picklist(sendKeys), 'enter'), 'enter'),
  /** Whether the rail with the conversations is hidden on a wide screen. */
  rail: v.optional(v.fallback(v.picklist(['shown', 'hidden']), 'shown'), 'shown'),
  /** Whether the cost of each answer is shown below it. */
  cost: v.optional(v.fallback(v.picklist(['shown', 'hidden']), 'hidden'), 'hidden'),
  /** Whether the end of an answer is announced to screen readers. */
  announce: v.optional(v.fallback(v.picklist(['end', 'nothing']), 'end'), 'end'),
});

/** How one person likes the page, on one device. */
export type Preferences = v.InferOutput<typeof preferencesSchema>;

/** Reads the value of the cookie. What is unknown or unreadable has its default. */
export function parsePreferences(text: string | undefined): Preferences {
  const query = new URLSearchParams(text ?? '');
  return v.parse(preferencesSchema, Object.fromEntries(query));
}

/** Returns the value of the cookie for preferences. */
export function formatPreferences(preferences: Preferences): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(preferences)) {
    if (value !== undefined) query.set(name, value);
  }
  return query.toString();
}
