import { createHash, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { faultMark, modelFaults, type ModelFault } from '../../faults/fault-names.ts';
import type { FaultsJson } from '../../faults/faults-json.ts';
import { languages } from '../../words/languages.ts';
import { problemResponse } from '../problem-response.ts';
import type { PagePerson } from '../sign-in/person.ts';
import { behaviourOf } from './fault-scenarios.ts';
import { answerLocally, callLocalSystem } from './local-system.ts';

/*
 * A fault is a scenario of the local Bedrock. It applies to the calls whose metadata has its mark,
 * which only the tabs of whoever has armed it send. So it is theirs alone, and the local Bedrock is
 * the only place that stores it.
 */

/** Returns which fault a person has armed. */
export async function readFaults(request: Request): Promise<Response> {
  return answerLocally(request, async (person) => Response.json(await faultsOf(person)));
}

const changeJson = v.strictObject({
  /** Null switches off. */
  fault: v.nullable(v.picklist(modelFaults)),
  /** For every answer, or for the next one only. */
  repeats: v.optional(v.boolean(), false),
  language: v.optional(v.picklist(languages), 'en'),
});

/** Arms a fault of the list for a person in place of an earlier one, or switches it off. */
export async function changeFaults(request: Request): Promise<Response> {
  return answerLocally(request, async (person) => {
    const parsed = v.safeParse(changeJson, await request.json().catch(() => undefined));
    if (!parsed.success) {
      return problemResponse('invalid_request', 'The body must name a fault that the page knows.');
    }
    const { fault, repeats, language } = parsed.output;
    for (const { name } of await scenariosOf(person)) {
      await callLocalSystem('DELETE', `/scenarios?name=${encodeURIComponent(name)}`);
    }
    if (fault !== null) {
      const mark = randomBytes(12).toString('hex');
      await callLocalSystem('POST', '/scenarios', {
        name: [prefixOf(person), fault, repeats ? 'every' : 'next', mark].join(':'),
        match: { metadata: { [faultMark]: mark } },
        ...behaviourOf(fault, language),
      });
    }
    return Response.json(await faultsOf(person));
  });
}

async function faultsOf(person: PagePerson): Promise<FaultsJson> {
  const [armed] = await scenariosOf(person);
  if (armed === undefined) return { armed: null };
  const { name, fault, repeats, mark } = armed;
  const answer = await callLocalSystem('GET', `/journal?scenario=${encodeURIComponent(name)}`);
  const uses = v.parse(journalJson, answer).requests.length;
  return { armed: { fault, repeats, mark, uses } };
}

interface FaultScenario {
  readonly name: string;
  readonly fault: ModelFault;
  readonly repeats: boolean;
  readonly mark: string;
}

const journalJson = v.object({ requests: v.array(v.unknown()) });
const scenariosJson = v.object({
  scenarios: v.array(v.object({ name: v.optional(v.string(), '') })),
});

/** Returns the scenarios that the page has added for a person. Anybody else's are left alone. */
async function scenariosOf(person: PagePerson): Promise<readonly FaultScenario[]> {
  const { scenarios } = v.parse(scenariosJson, await callLocalSystem('GET', '/scenarios'));
  const prefix = `${prefixOf(person)}:`;
  return scenarios.flatMap(({ name }) => {
    if (!name.startsWith(prefix)) return [];
    const [faultName, frequency, mark = ''] = name.slice(prefix.length).split(':');
    const fault = modelFaults.find((each) => each === faultName);
    return fault === undefined ? [] : [{ name, fault, repeats: frequency === 'every', mark }];
  });
}

/** The journal shows the names of scenarios, so that they must not show a guest's id. */
function prefixOf(person: PagePerson): string {
  const digest = createHash('sha256').update(subjectOf(person)).digest('hex');
  return `page:${digest.slice(0, 16)}`;
}

const claimsJson = v.object({ iss: v.string(), sub: v.string() });

/** What stays the same when the token is renewed. The page's own session has checked the token. */
function subjectOf({ type, token }: PagePerson): string {
  const [, second = ''] = token.split('.');
  if (type === 'guest') return `guest ${second}`;
  const claims = JSON.parse(Buffer.from(second, 'base64url').toString('utf8'));
  const { iss, sub } = v.parse(claimsJson, claims);
  return `${iss} ${sub}`;
}
