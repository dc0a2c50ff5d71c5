import type {
  CorrelationEffect,
  RequestMessage,
  ResponseMessage,
} from '../../../runtime/dist/core/correlation/effect.js';
import { RequestTable, type RequestTableOptions } from '../../../runtime/dist/core/correlation/request-table.js';
import { DEFAULT_LIMITS, type Limits } from '../../../runtime/dist/core/limits.js';
import type { DialectName } from '../../../runtime/dist/wire/dialect.js';
import { DIALECTS } from '../../../runtime/dist/wire/dialects.js';

/** A table of the driver side; devices 0 to 8 are there. */
export const make = (
  name: DialectName,
  limits: Partial<Limits> = {},
  more: Partial<RequestTableOptions> = {},
): RequestTable =>
  new RequestTable({
    dialect: DIALECTS[name],
    side: 'driver',
    limits: { ...DEFAULT_LIMITS, ...limits },
    maxMessage: 264,
    knows: (device) => device < 9,
    ...more,
  });

/** Reads the status. */
export const get = (device = 1): RequestMessage => ({
  name: 'GET_DEVICE_STATUS',
  kind: 'request',
  device,
  token: 0,
  fields: {},
});
/** Writes the status. */
export const set = (status: number, device = 1): RequestMessage => ({
  name: 'SET_DEVICE_STATUS',
  kind: 'request',
  device,
  token: 0,
  fields: { status },
});
export const ping = (data = 7): RequestMessage => ({
  name: 'PING',
  kind: 'request',
  device: 0,
  token: 0,
  fields: { data },
});
export const devices: RequestMessage = { ...ping(), name: 'GET_DEVICES', fields: { offset: 0, count: 8 } };
/** The answer to `get`. */
export const reply = (token: number, status = 1, device = 1): ResponseMessage => ({
  name: 'GET_DEVICE_STATUS',
  kind: 'response',
  device,
  token,
  fields: { status },
});
/** The answer to `set`. */
export const setReply = (token: number, status = 1, device = 1): ResponseMessage => ({
  name: 'SET_DEVICE_STATUS',
  kind: 'response',
  device,
  token,
  fields: { status },
});

/** Effects in short: `send 1 t1`, `arm 1 1000`, `done 1`, `fail 1 timeout unknown`, … */
export const brief = (effects: readonly CorrelationEffect[]): string[] =>
  effects.map((e) => {
    switch (e.type) {
      case 'send':
        return `send ${e.id} t${e.message.token}`;
      case 'arm':
        return `arm ${e.timer} ${e.ms}`;
      case 'cancel':
        return `cancel ${e.timer}`;
      case 'done':
        return `done ${e.id}`;
      case 'fail':
        return `fail ${e.id} ${e.fault.code} ${e.fault.outcome}`;
      case 'needs_reset':
        return `needs_reset ${e.device}`;
      case 'ping':
        return 'ping';
      default:
        return `${e.type} ${e.code}`;
    }
  });
