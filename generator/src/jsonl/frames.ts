import type { Direction } from '../rules/finding.js';
import { directionOf, type Entry } from './entry.js';

/** One frame of a line: where it stands, its hexadecimal text, and which way it went where the line tells. */
export interface Frame {
  /** `hex`, `req`, `resp`, `send[0]`, `answers[2]`. */
  readonly at: string;
  readonly hex: string;
  readonly direction: Direction | null;
}

/** Every frame of a line, in the order they went over the bus. */
export function framesOf(entry: Entry): Frame[] {
  const { hex, req, resp, send, answers } = entry;
  // Nearly every line of a capture has this one frame.
  if (typeof hex === 'string' && req === undefined && resp === undefined && send === undefined && answers === undefined)
    return [{ at: 'hex', hex, direction: directionOf(entry) }];
  const frames: Frame[] = [];
  const add = (at: string, value: unknown, direction: Direction | null): void => {
    if (typeof value === 'string') frames.push({ at, hex: value, direction });
  };
  add('hex', hex, directionOf(entry));
  add('req', req, 'driver->device');
  add('resp', resp, 'device->driver');
  list(send).forEach((value, i) => {
    add(`send[${i}]`, value, 'driver->device');
  });
  list(answers).forEach((value, i) => {
    add(`answers[${i}]`, value, 'device->driver');
  });
  return frames;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
