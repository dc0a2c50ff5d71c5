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
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { entry: value as Entry };
    return refuse(`the line holds ${Array.isArray(value) ? 'a list' : typeof value}, not an object`, 0);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(message, Number(/position (\d+)/.exec(message)?.[1] ?? 0));
  }
}
