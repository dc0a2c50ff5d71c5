/** One word of output: it is never broken, and painted after it has been measured. */
export interface Word {
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
}

/** A word of plain text, or several: blanks separate them. */
export const words = (text: string, paint?: (text: string) => string): Word[] =>
  printable(text.replaceAll('\t', ' '))
    .split(/ +/)
    .filter((w) => w !== '')
    .map((w) => ({ text: w, paint }));

/** A blank that no line breaks at; it becomes an ordinary one when all is laid out. */
export const TIE = '\u00a0';

/**
 * Lays words out after `lead`, within `width` columns; further lines are indented by `indent`. A single word that no line
 * can hold is cut, so that nothing ever wraps in the terminal itself.
 */
export function flow(
  lead: string,
  leadWidth: number,
  content: readonly Word[],
  width: number,
  indent: number,
): string[] {
  const lines: string[] = [];
  let line: Word[] = [{ text: lead }];
  let used = leadWidth;
  for (const [i, { text, paint }] of content.entries()) {
    const room = width - indent;
    const word = text.length > room ? `${text.slice(0, Math.max(1, room - 1))}…` : text;
    let blank = i === 0 ? '' : ' ';
    if (used + blank.length + word.length > width && used > indent) {
      lines.push(painted(line));
      line = [{ text: ' '.repeat(indent) }];
      used = indent;
      blank = '';
    }
    // Neighbours of one colour are painted as one, so that a sentence is not a hundred escape sequences.
    const last = line[line.length - 1];
    if (last !== undefined && last.paint !== undefined && last.paint === paint) {
      line[line.length - 1] = { text: `${last.text}${blank}${word}`, paint };
    } else line.push({ text: blank }, { text: word, paint });
    used += blank.length + word.length;
  }
  lines.push(painted(line));
  return lines;
}

const painted = (line: readonly Word[]): string =>
  line
    .map(({ text, paint }) => (paint === undefined ? text : paint(text)))
    .join('')
    .trimEnd();

/** Text of a capture is a stranger's: what would steer the terminal becomes a visible mark. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '·');
