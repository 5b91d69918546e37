/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Returns a variable. Throws an error that names it if it is not set. */
export function requireVariable(variables: Variables, name: string): string {
  const value = variables[name];
  if (value === undefined || value === '') throw new Error(`${name}: must be set`);
  return value;
}

/** Returns a count. Throws an error that names the variable if it is no whole number above 0. */
export function readCount(variables: Variables, name: string): number {
  const value = Number(requireVariable(variables, name));
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${name}: must be a whole number above 0`);
  return value;
}

/** Parses names and values in the form `a=1,b=2`. A missing variable has none. */
export function readNamed(variables: Variables, name: string): Readonly<Record<string, string>> {
  const entries = (variables[name] ?? '').split(',').filter((entry) => entry !== '');
  const named = entries.map((entry) => {
    const [, key, value] = /^([\w-]{1,64})=(\S+)$/u.exec(entry) ?? [];
    if (key === undefined || value === undefined) throw new Error(`${name}: must be a=1,b=2`);
    return [key, value] as const;
  });
  return Object.fromEntries(named);
}
