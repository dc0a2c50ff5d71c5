import { readFileSync } from 'node:fs';
import { IrStore, type RuleCount, traceFile } from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { root } from './support/vwire.js';

/**
 * Rules that only a conversation can break, each by a capture made by hand. Layouts and rules are those of
 * virtio-msg-wire.md, sections 3.2 and 8; frames are numbered from 1.
 */
const store = new IrStore(`${root}generated/ir`);

const le = (value: number, bytes: number): string => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer.toString('hex');
};

/** An rfc3 message: type, id, dev_num, token, msg_size, payload. */
const message = (type: number, id: number, device: number, token: number, payload = ''): string =>
  `${le(type, 1)}${le(id, 1)}${le(device, 2)}${le(token, 2)}${le(8 + payload.length / 2, 2)}${payload}`;

const words = (...values: number[]): string => values.map((v) => le(v, 4)).join('');

const driver = (hex: string): object => ({ dir: 'driver->device', hex });
const device = (hex: string): object => ({ dir: 'device->driver', hex });

const ask = (id: number, token: number, payload = '', to = 1): object => driver(message(0, id, to, token, payload));
const answer = (id: number, token: number, payload = '', from = 1): object =>
  device(message(1, id, from, token, payload));

let token = 1;
const exchange = (id: number, asked: string, answered: string, of = 1): object[] => {
  token++;
  return [ask(id, token, asked, of), answer(id, token, answered, of)];
};
const GET_DEVICE_INFO = 0x02;
const GET_CONFIG = 0x05;
const SET_CONFIG = 0x06;
const GET_STATUS = 0x07;
const SET_STATUS = 0x08;
const GET_VQUEUE = 0x09;
const SET_VQUEUE = 0x0a;
const RESET_VQUEUE = 0x0b;
const SET_FEATURES = 0x04;

const setStatus = (value: number, accepted = value): object[] => exchange(SET_STATUS, words(value), words(accepted));

const judged = (frames: readonly object[], dialect = 'rfc3', profile?: string): readonly RuleCount[] => {
  const lines = [{ trace: 'by hand', dialect }, ...frames].map((line) => JSON.stringify(line));
  const { counts } = traceFile(store, lines.join('\n'), { profile });
  expect(counts.frames).toBe(frames.length);
  return counts.rules;
};
const broken = (frames: readonly object[], dialect?: string, profile?: string): unknown[] =>
  judged(frames, dialect, profile).map(({ rule, clause, frames: at }) => [rule, clause, ...at]);

describe('a token (R6)', () => {
  it('is not used again while a request of the same device waits under it', () => {
    const twice = [ask(GET_STATUS, 7), ask(GET_DEVICE_INFO, 7), answer(GET_STATUS, 7, words(0))];
    expect(broken(twice)).toEqual([['token-reuse', 'R6', 2]]);
  });

  it('may be used again once its answer is there, and for another device at any time', () => {
    const status = answer(GET_STATUS, 7, words(0));
    expect(broken([ask(GET_STATUS, 7), status, ask(GET_STATUS, 7), status])).toEqual([]);
    expect(broken([ask(GET_STATUS, 7), ask(GET_STATUS, 7, '', 2)])).toEqual([]);
  });

  it('belongs to the bus in pr28, where nobody else may judge it (R7)', () => {
    expect(broken([ask(GET_STATUS, 7), ask(GET_STATUS, 7)], 'rfc3', 'pr28')).toEqual([]);
  });
});

describe('an answer (R8, R9)', () => {
  it('needs a request', () => {
    expect(broken([answer(GET_STATUS, 3, words(1))])).toEqual([['unmatched', 'R8, R9', 1]]);
  });

  it('comes once', () => {
    const status = answer(GET_STATUS, 3, words(1));
    expect(broken([ask(GET_STATUS, 3), status, status])).toEqual([['unmatched', 'R8, R9', 3]]);
  });

  it('repeats what the request says: GET_CONFIG of another offset is the wrong one', () => {
    const wrong = exchange(GET_CONFIG, words(4, 2), `${words(0, 0, 2)}0102`);
    expect(broken(wrong)).toEqual([['request', 'R15, R19, R35', 2]]);
  });

  it('is never given to an event', () => {
    const line = { req: message(0, 0x41, 1, 0, words(0, 0)), resp: message(1, 0x41, 1, 0) };
    const { counts } = traceFile(store, [{ dialect: 'rfc3' }, line].map((l) => JSON.stringify(l)).join('\n'));
    expect(counts.rules).toMatchObject([{ rule: 'event-answered', clause: 'R9', frames: [2] }]);
  });
});

describe('answers of a device (R10)', () => {
  const both = [ask(GET_STATUS, 1), ask(GET_CONFIG, 2, words(0, 0))];
  const status = answer(GET_STATUS, 1, words(0));
  const config = answer(GET_CONFIG, 2, words(0, 0, 0));

  it('come in the order of its requests in pr28, whose bytes are those of rfc3', () => {
    expect(broken([...both, config, status], 'rfc3', 'pr28')).toEqual([['order', 'R10', 4]]);
    expect(broken([...both, status, config], 'rfc3', 'pr28')).toEqual([]);
  });

  it('may overtake each other where the token ties them, and those of another device always', () => {
    expect(broken([...both, config, status])).toEqual([]);
    expect(broken([...both, config, status], 'v1-2026')).toEqual([]);
    const other = [ask(GET_STATUS, 1), ask(GET_STATUS, 2, '', 2), answer(GET_STATUS, 2, words(0), 2), status];
    expect(broken(other, 'rfc3', 'pr28')).toEqual([]);
  });
});

describe('the status (R26)', () => {
  it('only gains bits', () => {
    const up = [0, 1, 3, 11, 15].flatMap((s) => setStatus(s));
    expect(broken(up)).toEqual([]);
    expect(broken([...up, ...setStatus(3)])).toEqual([['status-back', 'R26; virtio 1.3, 2.1.1', 11]]);
  });

  it('starts again from 0', () => {
    expect(broken([1, 3, 11, 0, 1, 3].flatMap((s) => setStatus(s)))).toEqual([]);
  });

  it('has not gone back where the device refused FEATURES_OK, or set DEVICE_NEEDS_RESET itself', () => {
    expect(broken([...setStatus(3), ...setStatus(11, 3), ...setStatus(3 | 0x80)])).toEqual([]);
    expect(broken([...setStatus(15, 15 | 0x40), ...setStatus(15 | 0x80)])).toEqual([]);
  });

  it('is of each device alone, and of one session', () => {
    const other = exchange(SET_STATUS, words(1), words(1), 2);
    expect(broken([...setStatus(15), ...other])).toEqual([]);
    const sessions = [
      ...setStatus(15).map((l) => ({ ...l, session: 'a' })),
      ...setStatus(1).map((l) => ({ ...l, session: 'b' })),
    ];
    expect(broken(sessions)).toEqual([]);
  });
});

describe('the generation', () => {
  const chunk = (offset: number, generation: number): object[] =>
    exchange(GET_CONFIG, words(offset, 2), `${words(generation, offset, 2)}0102`);

  it('may stay, or move before a read begins anew', () => {
    expect(broken([...chunk(0, 5), ...chunk(2, 5)])).toEqual([]);
    expect(broken([...chunk(0, 5), ...chunk(2, 6), ...chunk(0, 6), ...chunk(2, 6)])).toEqual([]);
  });

  it('must not be ignored where it moves between two chunks (R19)', () => {
    expect(broken([...chunk(0, 5), ...chunk(2, 6), ...chunk(4, 6)])).toEqual([['generation-ignored', 'R19', 5]]);
    expect(broken([...chunk(0, 5), ...chunk(2, 6), ...setStatus(4)])).toEqual([['generation-ignored', 'R19', 5]]);
  });

  it('of SET_CONFIG is the one the device told last, where it is strict (R20)', () => {
    const set = (generation: number, of: number): object[] =>
      exchange(SET_CONFIG, `${words(generation, 0, 2)}0102`, `${words(of, 0, 2)}0102`);
    expect(broken([...chunk(0, 5), ...set(5, 6), ...set(6, 7)])).toEqual([]);
    expect(broken([...chunk(0, 5), ...set(5, 6), ...set(5, 7)])).toEqual([['generation', 'R20', 5]]);
    expect(broken([...chunk(0, 5), ...set(0, 6)], 'rfc3', 'qemu')).toEqual([]);
  });
});

describe('what GET_DEVICE_INFO says', () => {
  // device_id, vendor_id, num_feature_bits, config_size, max_virtqueues, admin_vq_start and admin_vq_count.
  const info = exchange(GET_DEVICE_INFO, '', words(2, 0x554d4551, 64, 8, 2, 0));

  it('bounds reads of the configuration (R18)', () => {
    const read = (offset: number, length: number): object[] =>
      exchange(GET_CONFIG, words(offset, length), `${words(0, offset, length)}${'00'.repeat(length)}`);
    expect(broken([...info, ...read(4, 4)])).toEqual([]);
    expect(broken([...info, ...read(6, 4)])).toEqual([['config-range', 'R18', 3, 4]]);
    expect(broken(read(6, 4))).toEqual([]);
  });

  it('bounds queues (R33)', () => {
    const used = (queue: number): object => device(message(0, 0x42, 1, 0, words(queue)));
    expect(broken([...info, used(1)])).toEqual([]);
    expect(broken([...info, used(2)])).toEqual([['queue-index', 'R33', 3]]);
    expect(broken([...info, ...exchange(RESET_VQUEUE, words(9), '')])).toEqual([['queue-index', 'R33', 3]]);
  });

  it('is zero throughout where no device is, in the texts that say so (R14)', () => {
    const empty = (vendor: number): object[] => exchange(GET_DEVICE_INFO, '', words(0, vendor, 0, 0, 0, 0));
    const rule = 'transport-msg.tex, GET_DEVICE_INFO; R14';
    expect(broken(empty(0))).toEqual([]);
    expect(broken(empty(0x554d4551))).toEqual([['constraint', rule, 2]]);
    expect(broken(empty(0x554d4551), 'rfc3', 'pr28')).toEqual([]);
    expect(broken(empty(0x554d4551), 'rfc3', 'qemu')).toEqual([]);
  });

  it('of a number without a device bounds nothing (R14)', () => {
    const nobody = exchange(GET_DEVICE_INFO, '', words(0, 0, 0, 0, 0, 0));
    expect(broken([...nobody, device(message(0, 0x42, 1, 0, words(3)))])).toEqual([]);
  });
});

describe('a device number', () => {
  // offset, count; offset, count, next_offset, bitmap: of numbers 0 to 7 there are 1 and 2.
  const devices = [
    driver(message(2, 0x02, 0, 9, `${le(0, 2)}${le(8, 2)}`)),
    device(message(3, 0x02, 0, 9, `${le(0, 2)}${le(8, 2)}${le(0, 2)}06`)),
  ];
  const event = (number: number, state: number): object =>
    device(message(2, 0x40, 0, 0, `${le(number, 2)}${le(state, 2)}`));
  const asked = (number: number): object[] => exchange(GET_STATUS, '', words(0), number);

  it('is one that GET_DEVICES announced (R34)', () => {
    expect(broken([...devices, ...asked(1), ...asked(2)])).toEqual([]);
    expect(broken([...devices, ...asked(3)])).toEqual([['unknown-device', 'R34', 3, 4]]);
  });

  it('is not judged outside the window that was asked for, or where nobody asked', () => {
    expect(broken([...devices, ...asked(9)])).toEqual([]);
    expect(broken(asked(3))).toEqual([]);
  });

  it('may be asked what is behind it all the same, and answered with zeros (R14)', () => {
    const info = (id: number): object[] => exchange(GET_DEVICE_INFO, '', words(id, 0, 0, 0, 0, 0), 3);
    expect(broken([...devices, ...info(0)])).toEqual([]);
    expect(broken([...devices, ...info(2)])).toEqual([['unknown-device', 'R34', 4]]);
  });

  it('that has just come is asked for nothing but GET_DEVICE_INFO before its status (R14)', () => {
    const info = exchange(GET_DEVICE_INFO, '', words(2, 0, 64, 8, 1, 0), 3);
    const read = exchange(GET_CONFIG, words(0, 0), words(0, 0, 0), 3);
    const up = exchange(SET_STATUS, words(0), words(0), 3);
    const fresh = [...devices, event(3, 1)];
    expect(broken([...fresh, ...info, ...up, ...read])).toEqual([]);
    expect(broken([...fresh, ...info, ...read, ...up])).toEqual([['before-reset', 'R14', 6]]);
    // Nobody said that it was not there: the event may be late, or a repetition (R36).
    expect(broken([event(3, 1), ...info, ...read])).toEqual([]);
  });

  it('comes and goes with EVENT_DEVICE (R36)', () => {
    expect(broken([...devices, event(3, 1), ...asked(3)])).toEqual([]);
    expect(broken([...devices, event(1, 2), ...asked(1)])).toEqual([['unknown-device', 'R36', 4, 5]]);
  });

  it('that comes back is another device: nothing of the old one holds', () => {
    expect(broken([...setStatus(15), event(1, 2), event(1, 1), ...setStatus(1)])).toEqual([]);
  });
});

describe('what depends on negotiated features', () => {
  const NOTIFICATION_DATA = 2 ** (38 - 32);
  const RING_RESET = 2 ** (40 - 32);
  const VERSION_1 = 1;
  /** block_index, num_blocks, blocks 0 and 1. */
  const features = (high: number): object[] => exchange(SET_FEATURES, words(0, 2, 0, high), '');
  const avail = (position: number): object => driver(message(0, 0x41, 1, 0, words(0, position)));
  const reset = (): object[] => exchange(RESET_VQUEUE, words(0), '');

  it('is the position in EVENT_AVAIL, 0 without VIRTIO_F_NOTIFICATION_DATA (R31)', () => {
    const rule = ['notification-data', 'R31'];
    expect(broken([...features(VERSION_1), avail(0)])).toEqual([]);
    expect(broken([...features(VERSION_1), avail(7)])).toEqual([[...rule, 3]]);
    expect(broken([...features(VERSION_1), avail(0x8000_0000)])).toEqual([[...rule, 3]]);
    expect(broken([...features(VERSION_1 + NOTIFICATION_DATA), avail(0x8000_0007)])).toEqual([]);
    expect(broken([avail(7)])).toEqual([]);
  });

  it('is nothing before a capture has shown the features, or the reset that cleared them', () => {
    const low = exchange(SET_FEATURES, words(0, 1, 0x40), '');
    expect(broken([...low, avail(7)])).toEqual([]);
    expect(broken([...setStatus(0), ...low, avail(7)])).toEqual([['notification-data', 'R31', 5]]);
    expect(broken([...features(VERSION_1), avail(7)], 'rfc3', 'qemu')).toEqual([]);
  });

  it('is RESET_VQUEUE, which needs VIRTIO_F_RING_RESET (R30)', () => {
    expect(broken([...features(VERSION_1 + RING_RESET), ...reset()])).toEqual([]);
    expect(broken([...features(VERSION_1), ...reset()])).toEqual([['ring-reset', 'R30', 3]]);
    expect(broken([...features(VERSION_1 + RING_RESET), ...setStatus(0), ...reset()])).toEqual([
      ['ring-reset', 'R30', 5],
    ]);
    expect(broken(reset())).toEqual([]);
  });

  it('is a queue that was reset: it reads as not set up until it is set up again (R30)', () => {
    // index, max_size, cur_size, reserved, three addresses; and index, reserved0, size, reserved1, three addresses.
    const read = (size: number, address: number): object[] =>
      exchange(GET_VQUEUE, words(0), words(0, 64, size, 0, address, 0, address, 0, address, 0));
    const set = exchange(SET_VQUEUE, words(0, 0, 64, 0, 4096, 0, 8192, 0, 12288, 0), '');
    const rule = ['queue-after-reset', 'R30'];
    expect(broken([...features(RING_RESET), ...read(64, 4096), ...reset(), ...read(0, 0)])).toEqual([]);
    expect(broken([...features(RING_RESET), ...reset(), ...read(64, 0)])).toEqual([[...rule, 6]]);
    expect(broken([...features(RING_RESET), ...reset(), ...read(0, 4096)])).toEqual([[...rule, 6]]);
    expect(broken([...features(RING_RESET), ...reset(), ...set, ...read(64, 4096)])).toEqual([]);
  });

  it('was told by real peers: Linux resets queues of a device that it has reset, QEMU keeps their size', () => {
    const rules = (name: string, profile?: string): string[] =>
      traceFile(store, readFileSync(`${root}test/vectors/traces/${name}.jsonl`, 'utf8'), { profile }).counts.rules.map(
        ({ rule }) => rule,
      );
    expect(rules('linux-loopback-rng-rfc3')).toContain('ring-reset');
    expect(rules('linux-loopback-rng-v1-2026')).not.toContain('ring-reset');
    expect(rules('qemu-rng')).toContain('queue-after-reset');
    expect(rules('qemu-rng', 'qemu')).toEqual([]);
  });
});

describe('a single message', () => {
  it('breaks R2 by reserved bits, and the direction by the wrong sender', () => {
    expect(broken([ask(0x0a, 2, words(0, 1, 16, 0, 1, 0, 2, 0, 3, 0))])).toEqual([['reserved', 'R2', 1]]);
    expect(judged([device(message(0, 0x07, 1, 4))])).toMatchObject([{ rule: 'direction', frames: [1] }]);
  });

  it('of the FF-A bus that reports an error comes from the device, though no request of its own was asked', () => {
    // virtio-msg-wire.md, ffa-v1: ERROR response, 0x87, dev→drv; device and token are those of the failed request.
    const error = message(3, 0x87, 1, 5, le(3, 2));
    expect(judged([device(error)], 'ffa-v1').map((r) => r.rule)).not.toContain('direction');
    expect(judged([driver(error)], 'ffa-v1').map((r) => r.rule)).toContain('direction');
  });

  it.each([
    ['a size below the header', '0007010002000400', 'size_below_header', 'R3'],
    ['a size beyond what came', '0007010002000a00', 'truncated', 'R3'],
    ['an id out of range', '0090010002000800', 'unknown_id', 'R1, R11'],
    ['a body cut short', '0008010002000800', 'short_body', 'R3, R11'],
  ])('that is refused for %s is listed with its rule', (_what, hex, code, clause) => {
    const { counts, text } = traceFile(store, `{"dialect":"rfc3"}\n${JSON.stringify(driver(hex))}`);
    expect(counts.errors).toEqual([{ rule: code, clause, count: 1, frames: [1] }]);
    expect(text).toContain(`1 ${code} (${clause}), frame 1`);
  });
});

describe('frame numbers', () => {
  it('stand behind each objection, in the list at the end, and in the JSON', () => {
    const lines = [{ dialect: 'rfc3' }, ...setStatus(3), ...setStatus(1)].map((l) => JSON.stringify(l)).join('\n');
    const { text, json } = traceFile(store, lines);
    expect(text).toMatch(/! status-back: status at byte 8 is 1, expected 0x3 with more bits, or 0 .* \[frame 3\]/);
    expect(text).toMatch(/1 status-back \(R26; virtio 1\.3, 2\.1\.1\), frame 3$/m);
    expect(json.items).toMatchObject([{ request: { frame: 1 }, response: { frame: 2 } }, { request: { frame: 3 } }]);
  });

  it('are those of lines of digits and of raw messages too', () => {
    const frames = [message(0, 7, 1, 5), message(1, 7, 1, 5, words(3)), message(1, 7, 1, 5, words(3))];
    for (const capture of [frames.join('\n'), Buffer.from(frames.join(''), 'hex')]) {
      const { counts } = traceFile(store, capture, { dialect: 'rfc3' });
      expect(counts).toMatchObject({ frames: 3, exchanges: 1, rules: [{ rule: 'unmatched', frames: [3] }] });
    }
  });

  it('go on through lines of several forms, and lines that are none', () => {
    const lines = [
      '{"dialect":"rfc3"}',
      message(0, 7, 1, 5),
      '# a remark',
      JSON.stringify(answer(7, 5, words(3))),
      'neither',
      '{"hex": ',
      message(1, 7, 1, 5, words(3)),
    ];
    const { counts, json } = traceFile(store, lines.join('\n'));
    expect(counts).toMatchObject({ frames: 3, exchanges: 1, broken: 2 });
    expect(counts.rules).toContainEqual({ rule: 'unmatched', clause: 'R8, R9', count: 1, frames: [3] });
    const broken = (json.items as { kind: string; line: number }[]).filter((item) => item.kind === 'broken');
    expect(broken.map(({ line }) => line)).toEqual([5, 6]);
  });
});
