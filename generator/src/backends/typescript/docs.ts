import type { FieldIR } from '../../ir/types.js';

const WIDTH = 112;

/** Text broken into lines that fit behind ` * `; no line can end the comment. */
export function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.replaceAll('*/', '*\u200b/').split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** The description of a JSDoc comment: each paragraph starts on a line of its own. */
export function doc(...paragraphs: readonly (string | null)[]): string {
  const lines = paragraphs.filter((text) => text !== null && text !== '').flatMap((text) => wrap(text ?? ''));
  return lines.length === 1 && (lines[0] ?? '').length < WIDTH ? (lines[0] ?? '') : `\n${lines.join('\n')}`;
}

/** A JSDoc comment inside a body of writer text. */
export const comment = (...paragraphs: readonly (string | null)[]): string[] => {
  const text = doc(...paragraphs);
  return text.startsWith('\n')
    ? [
        '/**',
        ...text
          .slice(1)
          .split('\n')
          .map((line) => ` * ${line}`),
        ' */',
      ]
    : [`/** ${text} */`];
};

export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** `u32 at bytes 12..15: …`, with the clause it comes from. */
export function placed(
  type: string,
  offset: number,
  size: number | null,
  field: Pick<FieldIR, 'doc' | 'spec' | 'reserved'>,
): string[] {
  const end = size === null ? ' on' : size === 1 ? '' : `..${offset + size - 1}`;
  const where = `${type} at byte${size === 1 ? '' : 's'} ${offset}${end}`;
  return [`${where}${field.reserved ? ', reserved' : ''}: ${sentence(field.doc)}`, clause(field.spec)].filter(
    (text) => text !== '',
  );
}

export const clause = (spec: string): string => (spec === '' ? '' : `Spec: ${sentence(spec)}`);
