import { record } from '#local/template/json.ts';
import { isRecord } from '#local/wire/shape.ts';

/** A reference in a template, before it is resolved. */
export type Reference =
  /** To a resource or a parameter, by `Ref`, `Fn::GetAtt` or `Fn::Sub`. */
  | { readonly type: 'name'; readonly name: string }
  /** To what another stack exports. The name may contain references itself. */
  | { readonly type: 'import'; readonly name: unknown };

/** Returns the references in a value of a template, those of every branch of a condition included. */
export function referencesIn(value: unknown): readonly Reference[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, argument]) => {
    switch (name) {
      case 'Ref':
        return named(argument);
      case 'Fn::GetAtt':
        return named(Array.isArray(argument) ? argument[0] : argument);
      case 'Fn::Sub':
        return substituted(argument);
      case 'Fn::ImportValue':
        return referencesIn(argument).concat({ type: 'import', name: argument });
      default:
        return referencesIn(argument);
    }
  });
}

/** What follows a dot is an attribute, or a resource that SAM creates with the named one. */
function named(name: unknown): readonly Reference[] {
  return typeof name === 'string' ? [{ type: 'name', name: name.split('.')[0] ?? '' }] : [];
}

function substituted(argument: unknown): readonly Reference[] {
  const [text, variables]: readonly unknown[] = Array.isArray(argument) ? argument : [argument];
  const own = record(variables);
  const names = [...String(text).matchAll(/\$\{([^!}][^}]*)\}/gu)].map(([, name = '']) =>
    name.trim(),
  );
  return [
    ...names.filter((name) => !Object.hasOwn(own, name)).flatMap(named),
    ...referencesIn(Object.values(own)),
  ];
}
