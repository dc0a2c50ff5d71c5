import type { RequestEvent } from './request-machine.js';

// Events without a value of their own, made once: a request and its response take none of their memory.
export const TOKEN: RequestEvent = { type: 'token' };
export const REFUSED: RequestEvent = { type: 'refused' };
export const WRITABLE: RequestEvent = { type: 'writable' };
export const OLDER_SETTLED: RequestEvent = { type: 'older_settled' };
export const OVERFLOW: RequestEvent = { type: 'overflow' };
export const CANCEL: RequestEvent = { type: 'cancel' };
export const LIMIT_LOWERED: RequestEvent = { type: 'limit_lowered' };
export const DEVICE_RESET: RequestEvent = { type: 'device_reset' };
export const DEVICE_REMOVED: RequestEvent = { type: 'device_removed' };
export const SUBMIT: RequestEvent = { type: 'submit', refusal: null, room: true };
export const SUBMIT_WAIT: RequestEvent = { type: 'submit', refusal: null, room: false };
export const RESPONSE: RequestEvent = { type: 'response', fits: true, early: false };
export const RESPONSE_EARLY: RequestEvent = { type: 'response', fits: true, early: true };
export const RESPONSE_OTHER: RequestEvent = { type: 'response', fits: false, early: false };
