/** Columns a statement may take inside a function body of a generated file. */
const ROOM = 116;

/** `if (a && b) statement;` on one line where it fits, else as a block with a condition per line. */
export function when(conditions: readonly string[], statement: string, room = ROOM): string[] {
  const line = `if (${conditions.join(' && ')}) ${statement}`;
  if (line.length <= room) return [line];
  const head = `if (${conditions.join(' && ')}) {`;
  if (head.length <= room) return [head, `  ${statement}`, '}'];
  return [
    'if (',
    ...conditions.map((text, i) => `  ${text}${i + 1 < conditions.length ? ' &&' : ''}`),
    ') {',
    `  ${statement}`,
    '}',
  ];
}

/** `prefix name(a, b);` on one line where it fits, else with an argument per line. */
export function call(prefix: string, name: string, args: readonly string[], room = ROOM): string[] {
  const line = `${prefix}${name}(${args.join(', ')});`;
  return line.length <= room ? [line] : [`${prefix}${name}(`, ...args.map((arg) => `  ${arg},`), ');'];
}

/** A name with its article. */
export const a = (name: string): string => `${/^[AEIOaeio]/.test(name) ? 'an' : 'a'} ${name}`;
