import type { TransportMessage } from '../../wire/message.js';
import type { Phase } from './status-bits.js';

/** What a phase does with a request. `none`: no effect, and the answer all the same. */
export type Cell =
  | 'answer'
  | 'none'
  | 'noneCounted'
  | 'store'
  | 'refuse'
  | 'config'
  | 'queue'
  | 'ignore'
  | 'remember'
  | 'kick';

export type Column = 'early' | 'driver' | 'negotiated' | 'live' | 'suspended' | 'ended';

export const columnOf = (p: Phase): Column => (p === 'reset' || p === 'acked' ? 'early' : p);

/** Messages a driver sends to a device; SET_DEVICE_STATUS has a list of its own. */
export type Row = Exclude<TransportMessage['name'], 'SET_DEVICE_STATUS' | 'EVENT_CONFIG' | 'EVENT_USED'>;

const COLUMNS: readonly Column[] = ['early', 'driver', 'negotiated', 'live', 'suspended', 'ended'];
const row = (...cells: [Cell, Cell, Cell, Cell, Cell, Cell]): Readonly<Record<Column, Cell>> =>
  Object.fromEntries(COLUMNS.map((column, i) => [column, cells[i]])) as Record<Column, Cell>;
const always: Readonly<Record<Column, Cell>> = row('answer', 'answer', 'answer', 'answer', 'answer', 'answer');

/**
 * What is done with each message in each phase (9.2). GET_DEVICE_FEATURES after the driver's choice is told by
 * `features.ts`, the number without a device by `unknownDevice` of the dialect.
 */
export const REQUESTS: Readonly<Record<Row, Readonly<Record<Column, Cell>>>> = {
  GET_DEVICE_INFO: always,
  GET_DEVICE_FEATURES: always,
  SET_DRIVER_FEATURES: row('none', 'store', 'noneCounted', 'none', 'none', 'none'),
  GET_CONFIG: always,
  SET_CONFIG: row('refuse', 'refuse', 'config', 'config', 'refuse', 'refuse'),
  GET_DEVICE_STATUS: always,
  GET_VQUEUE: always,
  SET_VQUEUE: row('none', 'none', 'queue', 'queue', 'none', 'none'),
  // Linux resets every queue once more after it has reset the device: harmless, and answered.
  RESET_VQUEUE: row('none', 'none', 'queue', 'queue', 'none', 'none'),
  GET_SHM: always,
  EVENT_AVAIL: row('ignore', 'ignore', 'remember', 'kick', 'ignore', 'ignore'),
};
