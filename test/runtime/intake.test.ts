import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dropped, type IntakeRules, intake } from '../../runtime/dist/core/intake.js';
import { outgoing } from '../../runtime/dist/core/intake-outgoing.js';
import type { DialectName } from '../../runtime/dist/wire/dialect.js';
import { DIALECTS, dialectNamed } from '../../runtime/dist/wire/dialects.js';
import type { Message } from '../../runtime/dist/wire/message.js';
import type { Side } from '../../runtime/dist/wire/sender.js';
import { malformed } from '../support/vectors.js';
import { runs } from './support/properties.js';

type Settings = Partial<Omit<IntakeRules, 'dialect' | 'count'>> & { dialect?: DialectName };

/** Takes one frame in; a short verdict, then what was counted. */
function take(hex: string, settings: Settings = {}): string[] {
  const counted: string[] = [];
  const frame = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  // The view is larger than the frame, with other bytes around it, as in a receive buffer.
  const buffer = Buffer.concat([Buffer.alloc(3, 0xee), frame, Buffer.alloc(5, 0xee)]);
  const view = new DataView(Uint8Array.from(buffer).buffer);
  const result = intake(view, 3, frame.length, {
    side: 'device',
    maxMessage: 264,
    knows: (device) => device === 1,
    ...settings,
    dialect: DIALECTS[settings.dialect ?? 'rfc3'],
    count: (code) => counted.push(code),
  });
  return [result.kind === 'dropped' ? result.code : `${result.name} ${result.kind}`, ...counted];
}

const driver: Settings = { side: 'driver' };

describe('intake', () => {
  it('1: needs a whole header', () => {
    expect(take('00070100090008')).toEqual(['bad_header']);
    expect(take('0007010009000800')).toEqual(['GET_DEVICE_STATUS request']);
    expect(take('0007010006', { dialect: 'rfc2' })).toEqual(['bad_header']);
    expect(take('000701000600', { dialect: 'rfc2' })).toEqual(['GET_DEVICE_STATUS request']);
  });

  it('2: needs a size between header and delivered bytes', () => {
    expect(take('0007010009000700')).toEqual(['bad_header']);
    expect(take('0007010009000900')).toEqual(['bad_size']);
    expect(take('0007010009000800')).toEqual(['GET_DEVICE_STATUS request']);
  });

  it('3: keeps to the limit of the bus, whatever the bus pads', () => {
    const status = '000801000900 0c00 01000000';
    expect(take(status, { maxMessage: 11 })).toEqual(['too_big']);
    expect(take(`${status}0000`, { maxMessage: 12 })).toEqual(['SET_DEVICE_STATUS request']);
  });

  it('4: ignores padding, and counts it when it is not zero', () => {
    expect(take('000701000900080000000000')).toEqual(['GET_DEVICE_STATUS request']);
    expect(take('000701000900080000000001')).toEqual(['GET_DEVICE_STATUS request', 'nonzero_padding']);
  });

  it('5: ignores the free bits of the type', () => {
    expect(take('fc07010009000800')).toEqual(['GET_DEVICE_STATUS request']);
    expect(take('fe030000 0900 0c00 00000000')).toEqual(['PING request']);
  });

  it('6: wants device number 0 on a bus message', () => {
    expect(take('02030100 0900 0c00 00000000')).toEqual(['no_device']);
    expect(take('02030000 0900 0c00 00000000')).toEqual(['PING request']);
  });

  it('7: wants an id that the class and the dialect have', () => {
    expect(take('0001010009000800')).toEqual(['unknown_msg']);
    expect(take('0207000009000800')).toEqual(['unknown_msg']);
    expect(take('0080010009000800')).toEqual(['unknown_msg']);
    expect(take('00c0010000000800')).toEqual(['unknown_msg']);
  });

  it('8: takes no response to an event', () => {
    expect(take('01420100 0000 0c00 00000000', driver)).toEqual(['wrong_dir']);
    expect(take('00420100 0000 0c00 00000000', driver)).toEqual(['EVENT_USED event']);
    expect(take('03400000 0000 0c00 05000100', driver)).toEqual(['wrong_dir']);
  });

  it('9: takes nothing that only our own side may send', () => {
    expect(take('00420100 0000 0c00 00000000')).toEqual(['wrong_dir']);
    expect(take('00410100 0000 1000 00000000 00000000', driver)).toEqual(['wrong_dir']);
    expect(take('0007010009000800', driver)).toEqual(['wrong_dir']);
    expect(take('01070100 0900 0c00 01000000')).toEqual(['wrong_dir']);
    expect(take('01070100 0900 0c00 01000000', driver)).toEqual(['GET_DEVICE_STATUS response']);
    for (const side of ['driver', 'device'] as const) {
      expect(take('02030000 0900 0c00 00000000', { side })).toEqual(['PING request']);
      expect(take('03030000 0900 0c00 00000000', { side })).toEqual(['PING response']);
    }
  });

  it('10: wants fixed part and counted tail, and ignores what follows them', () => {
    expect(take('0008010009000800')).toEqual(['bad_size']);
    const write = '00060100 0900 1600 00000000 00000000';
    expect(take(`${write} 02000000 aabb`)).toEqual(['SET_CONFIG request']);
    expect(take(`${write} 03000000 aabb`)).toEqual(['bad_size']);
    expect(take(`${write} 01000000 aabb`)).toEqual(['SET_CONFIG request', 'surplus']);
    expect(take('00070100 0900 0a00 0000')).toEqual(['GET_DEVICE_STATUS request', 'surplus']);
    expect(take('00040100 0900 1400 00000000 01000000 ffffffff')).toEqual(['SET_DRIVER_FEATURES request']);
    expect(take('00040100 0900 1400 00000000 00000000 ffffffff')).toEqual(['SET_DRIVER_FEATURES request', 'surplus']);
    expect(take('03020000 0900 1000 0000 0800 0000 ffff', driver)).toEqual(['GET_DEVICES response', 'surplus']);
  });

  it('11: holds requests and events to the tokens of rfc3 in rfc3 only', () => {
    expect(take('0007010000000800')).toEqual(['bad_header']);
    expect(take('0007010000000800', { dialect: 'pr28' })).toEqual(['GET_DEVICE_STATUS request']);
    expect(take('0007010000000800', { dialect: 'v1-2026' })).toEqual(['GET_DEVICE_STATUS request']);
    const used = '00420100 0500 0c00 00000000';
    expect(take(used, driver)).toEqual(['EVENT_USED event', 'nonzero_event_token']);
    expect(take(used, { ...driver, dialect: 'pr28' })).toEqual(['EVENT_USED event']);
  });

  it('12: wants a device that is there, except to ask whether one is', () => {
    expect(take('0007020009000800')).toEqual(['no_device']);
    expect(take('0002020009000800')).toEqual(['GET_DEVICE_INFO request']);
    expect(take(`01020200 0900 2000 ${'00'.repeat(24)}`, driver)).toEqual(['GET_DEVICE_INFO response']);
  });

  it('names the request whose response is malformed, so that it need not wait', () => {
    const rules: IntakeRules = {
      dialect: DIALECTS.rfc3,
      side: 'driver',
      maxMessage: 264,
      knows: (device) => device === 1,
      count: () => {},
    };
    const drop = (hex: string, side: Side = 'driver') => {
      const b = Uint8Array.from(Buffer.from(hex, 'hex'));
      return (intake(new DataView(b.buffer), 0, b.length, { ...rules, side }) as Dropped).head;
    };
    expect(drop('0107010009000800')).toEqual({ name: 'GET_DEVICE_STATUS', device: 1, token: 9 });
    expect(drop('0303000009000800')).toEqual({ name: 'PING', device: 0, token: 9 });
    expect(drop('0102020009000800')).toEqual({ name: 'GET_DEVICE_INFO', device: 2, token: 9 });
    expect(drop('0107020009000800')).toBeNull();
    expect(drop('0008010009000800', 'device')).toBeNull();
    expect(drop('0107010009000900')).toBeNull();
  });

  it('never throws, and accepts nothing above the limit or for an unknown device', () => {
    const names = Object.keys(DIALECTS) as DialectName[];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.constantFrom<Side>('driver', 'device'),
        fc.uint8Array({ maxLength: 60 }),
        fc.integer({ min: 0, max: 60 }),
        (name, side, b, maxMessage) => {
          if (b.length > 3) b.set([b[0]! & 3, b[1]! & 0x4f, b[2]! & 1, 0]);
          const dialect = DIALECTS[name];
          const rules = { dialect, side, maxMessage, knows: (d: number) => d === 1, count: () => {} };
          const result = intake(new DataView(b.buffer, b.byteOffset), 0, b.length, rules);
          if (result.kind === 'dropped') return;
          expect(dialect.sizeOf(result)).toBeLessThanOrEqual(maxMessage);
          const asks = ['GET_DEVICE_INFO', 'PING', 'GET_DEVICES', 'EVENT_DEVICE'].includes(result.name);
          expect(asks || result.device === 1).toBe(true);
        },
      ),
      runs(20_000),
    );
  });
});

describe('intake of the malformed vectors', () => {
  /** What a vector's judge refuses by rules of its own or by state, and intake therefore passes on. */
  const LATER: Readonly<Record<string, string>> = {
    'set-features-zero-blocks': 'the device machine decides about an empty set',
    'get-config-too-large': 'the answer would not fit: decided where it is made',
    'get-shm-unimplemented': 'that device side has no handler',
    'dev-num-out-of-range': 'the device lookup of this test knows every number',
    'event-config-extra-byte': 'surplus is tolerated',
    'event-config-out-of-range': 'the config machine knows the size',
    'event-config-offset-wrap': 'the config machine knows the size',
    'event-config-wrong-dev': 'the device lookup of this test knows every number',
    'event-used-index-eq-max': 'the event machine knows the queues',
    'resp-wrong-id': 'correlation knows the request',
    'resp-wrong-dev': 'correlation knows the request',
    'trusty-size-long': 'surplus is tolerated',
    'get-devices-offset-not-mult8': 'enumeration decides',
    'get-devices-count-not-mult8': 'enumeration decides',
    'event-token-nonzero-rfc3': 'tolerated and counted',
    'event-device-state-zero': 'hotplug decides',
    'set-config-stale-generation-strict': 'the config machine knows the generation',
  };
  const CODE: Readonly<Record<string, string>> = {
    'fixed part does not fit': 'bad_size',
    'counted tail does not fit': 'bad_size',
    truncated: 'bad_size',
    'msg_size below header': 'bad_header',
    'unknown id': 'unknown_msg',
  };
  /** Refused by a rule of intake, not by shape. */
  const RULE: Readonly<Record<string, string>> = {
    'set-features-nine-blocks': 'too_big',
    'event-used-to-device': 'wrong_dir',
    'event-config-bus-bit': 'no_device',
    'event-avail-to-driver': 'wrong_dir',
    'event-size-over-max': 'too_big',
    'resp-missing-bit': 'wrong_dir',
    'trusty-no-response-bit': 'wrong_dir',
    'request-token-zero-rfc3': 'bad_header',
  };

  const own = (malformed as ((typeof malformed)[number] & { dir?: string; context?: { max_msg_size?: number } })[])
    .filter((v) => dialectNamed(v.dialect) !== undefined)
    .map((v) => [v.name, v] as const);

  it.each(own)('%s', (name, v) => {
    const fromDevice = v.dir === 'device->driver' || (v.dir === undefined && v.kind !== 'request');
    const dialect = (v.profile === 'pr28' ? 'pr28' : v.dialect) as DialectName;
    const maxMessage = v.context?.max_msg_size ?? 264;
    const [verdict] = take(v.hex, { dialect, side: fromDevice ? 'driver' : 'device', maxMessage, knows: () => true });
    if (v.structural !== undefined) expect(verdict).toBe(CODE[v.structural]);
    else if (name in RULE) expect(verdict).toBe(RULE[name]);
    else {
      expect(verdict).toMatch(/ (request|response|event)$/);
      expect([name, v.verdict === 'accept']).toEqual([name, !(name in LATER)]);
    }
  });

  it('knows every exception it lists', () => {
    const names = new Set<string>(own.map(([name]) => name));
    expect([...Object.keys(LATER), ...Object.keys(RULE)].filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('messages of our own', () => {
  const rules = { dialect: DIALECTS.rfc3, side: 'driver' as Side, maxMessage: 47 };
  const ping: Message = { name: 'PING', kind: 'request', device: 0, token: 0, fields: { data: 1 } };
  const used: Message = { name: 'EVENT_USED', kind: 'event', device: 1, token: 0, fields: { vq_index: 0 } };
  const areas = { descriptor_addr: 0n, driver_addr: 0n, device_addr: 0n };
  const setup: Message = {
    name: 'SET_VQUEUE',
    kind: 'request',
    device: 1,
    token: 0,
    fields: { index: 0, size: 1, ...areas },
  };

  it('pass the same list before they are sent', () => {
    expect(outgoing(ping, rules)).toBeNull();
    expect(outgoing({ ...ping, device: 1 }, rules)).toBe('no_device');
    expect(outgoing({ ...ping, kind: 'event' } as never, rules)).toBe('unknown_msg');
    expect(outgoing(used, rules)).toBe('wrong_dir');
    expect(outgoing(used, { ...rules, side: 'device' })).toBeNull();
    expect(outgoing({ ...used, device: 65536 }, { ...rules, side: 'device' })).toBe('no_device');
  });

  it('do not fit the smallest bus of rfc3 when they are about queues', () => {
    expect(outgoing(setup, rules)).toBe('too_big');
    expect(outgoing(setup, { ...rules, maxMessage: 48 })).toBeNull();
  });

  it('leave 244 bytes of configuration to a bus of 264, as header and fixed fields take 20', () => {
    const write = (bytes: number): Message => ({
      name: 'SET_CONFIG',
      kind: 'request',
      device: 1,
      token: 0,
      fields: { generation: 0, offset: 0, data: new Uint8Array(bytes) },
    });
    const bus = { ...rules, maxMessage: 264 };
    expect([outgoing(write(244), bus), outgoing(write(245), bus)]).toEqual([null, 'too_big']);
  });
});
