import type { RequestMessage, ResponseMessage } from './effect.js';

/** What is known of a device whose handler failed. */
export interface Standing {
  readonly status: number;
  readonly generation: number;
}

/**
 * The answer to a request that promises nothing, for a handler that failed (5.5): configuration of length 0, unchanged
 * status, no such queue, no such region, and the empty answers that never told success. Null where every answer would be a
 * promise: an empty answer to RESET_VQUEUE says that the ring is left alone.
 */
export function benign(request: RequestMessage, now: Standing): ResponseMessage | null {
  const { device, token } = request;
  const head = { kind: 'response', device, token } as const;
  switch (request.name) {
    case 'GET_CONFIG':
    case 'SET_CONFIG': {
      const { offset } = request.fields;
      return { ...head, name: request.name, fields: { generation: now.generation, offset, data: new Uint8Array(0) } };
    }
    case 'GET_DEVICE_STATUS':
    case 'SET_DEVICE_STATUS':
      return { ...head, name: request.name, fields: { status: now.status } };
    case 'GET_VQUEUE': {
      const areas = { descriptor_addr: 0n, driver_addr: 0n, device_addr: 0n };
      const { index } = request.fields;
      return { ...head, name: request.name, fields: { index, max_size: 0, cur_size: 0, enabled: false, ...areas } };
    }
    case 'GET_SHM':
      return { ...head, name: request.name, fields: { index: request.fields.index, length: 0n, address: 0n } };
    case 'SET_DRIVER_FEATURES':
    case 'SET_VQUEUE':
      return { ...head, name: request.name, fields: {} };
    default:
      return null;
  }
}
