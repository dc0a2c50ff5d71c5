import {
  DeviceQueue,
  DIALECTS,
  DriverQueue,
  dialectNamed,
  queueFeatures,
  ReplySlots,
  RequestTable,
  SharedMemory,
} from '@virtio-wire/runtime';
import { describe, expect, it } from 'vitest';

describe('the public names of the runtime', () => {
  it('speak the four dialects whose behaviour is known', () => {
    expect(Object.keys(DIALECTS).sort()).toEqual(['pr28', 'rfc2', 'rfc3', 'v1-2026']);
    expect(dialectNamed('rfc3')?.headerSize).toBe(8);
    expect(dialectNamed('rfc2')?.hasToken).toBe(false);
  });

  it('hold both sides of a queue and of a request', () => {
    for (const value of [DeviceQueue, DriverQueue, SharedMemory, RequestTable, ReplySlots, queueFeatures])
      expect(value).toBeTypeOf('function');
  });
});
