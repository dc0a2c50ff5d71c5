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
  const frames: Frame[] = [];
  const add = (at: string, value: unknown, direction: Direction | null): void => {
    if (typeof value === 'string') frames.push({ at, hex: value, direction });
  };
  add('hex', entry.hex, directionOf(entry));
  add('req', entry.req, 'driver->device');
  add('resp', entry.resp, 'device->driver');
  list(entry.send).forEach((hex, i) => {
    add(`send[${i}]`, hex, 'driver->device');
  });
  list(entry.answers).forEach((hex, i) => {
    add(`answers[${i}]`, hex, 'device->driver');
  });
  return frames;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
