import type { TransportMessage } from '../../wire/message.js';
import { DeviceStatus as S } from '../device/status-bits.js';
import { type Fault, type FaultCode, fault } from '../fault.js';
import { table } from '../table.js';
import type { InitEffect, InitEvent } from './contract.js';
import type { InitContext, InitState } from './init-context.js';

type Context = InitContext;
type Emit = (effect: InitEffect) => void;

/** Writes the rows of the machine that brings a device up. */
export const T = table<InitState, InitContext, InitEvent, InitEffect>();

// Token 0: the bus chooses it.
export const request = (c: Context, message: Pick<TransportMessage, 'name' | 'fields'>, emit: Emit): void => {
  c.last = { ...message, kind: 'request', device: c.device, token: 0 } as TransportMessage;
  emit({ type: 'send', message: c.last });
};
export const setStatus = (c: Context, status: number, emit: Emit): void => {
  c.setting = status;
  request(c, { name: 'SET_DEVICE_STATUS', fields: { status } }, emit);
};
export const getStatus = (c: Context, emit: Emit): void => request(c, { name: 'GET_DEVICE_STATUS', fields: {} }, emit);

export const reset = (c: Context, emit: Emit): void => {
  c.offered = [];
  c.chosen = [];
  c.sent = 0;
  c.since = null;
  if (c.resetIsFatal) getStatus(c, emit);
  else setStatus(c, 0, emit);
};
export const poll = (c: Context, emit: Emit): void =>
  emit({ type: 'arm', timer: 'poll', ms: c.limits.resetPollInterval });
// Measured, not counted: a device may take a second for each answer.
export const polledFor = (c: Context, now: number, limit: number): boolean =>
  c.since !== null && now - c.since >= limit;
export const pollAgain = (c: Context, e: { readonly now: number }, emit: Emit): void => {
  c.since ??= e.now - c.limits.resetPollInterval;
  getStatus(c, emit);
};
export const note = (c: Context, e: { readonly status: number }): void => {
  c.status = e.status >>> 0;
  c.setting = null;
  c.last = null;
};
export const has = (status: number, bits: number): boolean => (status & bits) === bits;

/** Leaves the device alone after a best effort to tell it so. Spec: content.tex, FAILED. */
export const breakOff = (c: Context, why: Fault, emit: Emit): void => {
  emit({ type: 'cancel', timer: 'poll' });
  setStatus(c, (c.status | S.FAILED) & 0xff, emit);
  emit({ type: 'up', what: 'broken', fault: why });
};
export const broken = (code: FaultCode, message: string) => (c: Context, e: unknown, emit: Emit) => {
  if (typeof e === 'object' && e !== null && 'status' in e) note(c, e as { status: number });
  breakOff(c, fault(code, message), emit);
};
export const askForReset = (c: Context, e: { readonly status: number }, emit: Emit): void => {
  note(c, e);
  emit({ type: 'cancel', timer: 'poll' });
  emit({ type: 'up', what: 'needs_reset' });
};
export const needsReset = (e: { readonly status: number }): boolean => has(e.status, S.DEVICE_NEEDS_RESET);
