import { LONGEST_LINE } from '../stream/line-cutter.js';
import type { EntryError } from './decode-entry.js';
import type { Entry } from './entry.js';

/** The object of a line, or an answer that keeps the line and says why it is none. */
export function parseLine(
  text: string,
): { readonly entry: Entry } | { readonly line: string; readonly error: EntryError } {
  const refuse = (message: string, offset: number) => ({
    line: text.length > 400 ? `${text.slice(0, 400)}…` : text,
    error: { code: 'bad_json', message, field: 'line', offset, expected: 'one JSON object', got: text.slice(0, 32) },
  });
  if (text.length > LONGEST_LINE) return refuse(`the line has more than ${LONGEST_LINE} bytes`, LONGEST_LINE);
  if (text.trim() === '') return refuse('the line is empty', 0);
  const deep = tooDeep(text);
  if (deep >= 0) return refuse(`the line nests more than ${DEEPEST} lists and objects`, deep);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { entry: value as Entry };
    return refuse(`the line holds ${Array.isArray(value) ? 'a list' : typeof value}, not an object`, 0);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(message, Number(/position (\d+)/.exec(message)?.[1] ?? 0));
  }
}

/** What is read can also be written: JSON.stringify recurses, and thousands of brackets are beyond its stack. */
const DEEPEST = 500;

/** Where a text has one bracket too many; negative where it has not. Brackets within strings do not count. */
function tooDeep(text: string): number {
  // Nearly every line of a capture is too short to be looked at.
  if (text.length <= 2 * DEEPEST) return -1;
  let depth = 0;
  BRACKETS.lastIndex = 0;
  for (let found = BRACKETS.exec(text); found !== null; found = BRACKETS.exec(text)) {
    const [bracket] = found;
    if (bracket === '"') BRACKETS.lastIndex = endOfString(text, found.index);
    else if (bracket === ']' || bracket === '}') depth--;
    else if (++depth > DEEPEST) return found.index;
  }
  return -1;
}

const BRACKETS = /["[\]{}]/g;

/** Behind the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === 0x5c) escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
}
