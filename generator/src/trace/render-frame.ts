import type { Paint } from '../diagnostics/render-text.js';
import type { Finding } from '../rules/finding.js';
import type { Fact, Heard } from './conversation.js';
import { nameOfFrame } from './figures.js';
import { TIE, type Word, words } from './flow.js';
import { shorten, type Told } from './spell-fields.js';

/** `name=value`, the value being what the eye looks for. */
export const fieldWords = (told: readonly Told[], paint: Paint): Word[] =>
  told.map(({ name, value }) => ({ text: `${name}=${value}`, paint: (text: string) => paintField(text, name, paint) }));

function paintField(text: string, name: string, paint: Paint): string {
  // The word may have been cut to fit; what is left of the name stays dim.
  const at = Math.min(name.length + 1, text.length);
  return paint.dim(text.slice(0, at)) + text.slice(at);
}

/** Everything that is wrong with a frame, a line each. `of` says which of two frames is meant. */
export function complaints(frame: Heard, of: string, paint: Paint): Word[][] {
  const { decoded } = frame;
  const lines: Word[][] = [];
  const at = words(`[frame${TIE}${frame.number}]`, paint.dim);
  if (decoded.error !== undefined) {
    const { code, offset, message } = decoded.error;
    lines.push([
      ...words(`✗ ${of}refused: ${code} at byte ${offset}: ${message}`, paint.red),
      ...words(shorten(frame.hex), paint.dim),
      ...at,
    ]);
  }
  if (decoded.surplus !== undefined) {
    const { offset, length } = decoded.surplus;
    lines.push([
      ...words(
        `! ${of}surplus: ${length} ${length === 1 ? 'byte' : 'bytes'} from byte ${offset} on, within the message but after its content`,
        paint.yellow,
      ),
      ...at,
    ]);
  }
  for (const finding of decoded.findings ?? []) lines.push([...words(`! ${of}${said(finding)}`, paint.yellow), ...at]);
  return lines;
}

const said = ({ rule, field, offset, got, expected, clause }: Finding): string =>
  `${rule}: ${field} at byte ${offset} is ${got}, expected ${expected}${clause === '' ? '' : ` (${clause})`}`;

export const factWords = (facts: readonly Fact[], paint: Paint): Word[] =>
  facts.flatMap(([name, value]) => words(`${name}=${value}`, paint.dim));

/** What the capture remarks about a frame, without the message's name and numbers, which stand on the line already. */
export function remarkWords(frame: Heard, paint: Paint): Word[] {
  if (frame.note === null) return [];
  const name = nameOfFrame(frame).split(' ').at(-1) ?? '';
  const remark = frame.note
    .replace(/^bus\s+/i, '')
    .replace(name, '')
    .replace(/^[\s,:;]+|\s+$/g, '')
    .replace(/^[\d,]+\s+/, '');
  const news = remark.replace(/\b(reset|offset|size|num|dev)\b/g, '').replace(/0x[0-9a-f]+|\d+|[\s.,:=]+/gi, '');
  return news === '' ? [] : words(`“${remark}”`, paint.cyan);
}
