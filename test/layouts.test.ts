import { readFileSync } from 'node:fs';
import { type FamilyIndex, IrStore, LineDecoder, LineEncoder, type Named, VectorRunner } from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { path } from './support/schema.js';
import { layoutVectors, malformedLayouts } from './support/vectors.js';
import { root } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);

type Answer = Record<string, unknown> & {
  readonly fields?: Readonly<Record<string, number | string>>;
  readonly findings?: readonly { rule: string; field: string; offset: number; got: unknown; expected: unknown }[];
  readonly error?: { code: string; expected: unknown };
};
const decode = (entry: object): Answer => JSON.parse(new LineDecoder(store).line(JSON.stringify(entry)));
const encode = (entry: object): Answer => JSON.parse(new LineEncoder(store).line(JSON.stringify(entry)));
const layout = (dialect: string, message: string, rest: object): object => ({
  dialect,
  class: 'layout',
  message,
  kind: 'struct',
  ...rest,
});

describe('the vectors of memory layouts', () => {
  it('decode and encode the same through interpreter, object codec, view codec and flyweight', async () => {
    const runner = new VectorRunner(store);
    await runner.file('virtio-msg.json', layoutVectors as never);
    await runner.file('virtio-msg-malformed.json', malformedLayouts as never);
    expect(runner.run.failures).toEqual([]);
    expect([...runner.run.unknown.keys()]).toEqual([]);
    const counted = [...runner.run.dialects.values()].reduce((n, c) => n + c.vectors, 0);
    expect(counted).toBe(layoutVectors.length + malformedLayouts.length);
    expect(counted).toBeGreaterThan(90);
  });

  it('are answered by decode --jsonl and encode --jsonl as they are written', () => {
    for (const { dialect, message, fields, size, hex, ...rest } of layoutVectors) {
      expect(decode(layout(dialect, message, { hex })), `${message} ${rest.set}`).toMatchObject({ fields, size });
      expect(Object.keys(decode(layout(dialect, message, { hex })).fields ?? {})).toEqual(Object.keys(fields));
      expect(encode(layout(dialect, message, { fields })), `${message} ${rest.set}`).toMatchObject({ hex, size });
    }
  });

  it('are refused alike when they are cut short', async () => {
    const subjects = new Map<string, Awaited<ReturnType<typeof VectorRunner.structSubjects>>>();
    for (const { dialect, message, hex } of layoutVectors.filter((v) => v.set === 'distinct')) {
      const named = store.layout(dialect, message) as Named & { index: FamilyIndex };
      const own = subjects.get(named.index.ir.family) ?? (await VectorRunner.structSubjects(named.index));
      subjects.set(named.index.ir.family, own);
      const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
      for (let n = 0; n <= bytes.length; n++)
        expect(VectorRunner.structDisagreements(named.index, named, own, bytes.slice(0, n)), message).toEqual([]);
    }
  });
});

describe('a line with a memory layout', () => {
  it('has an error where dialect or layout are not known', () => {
    expect(decode(layout('amp-v1', 'LAYOUT', { hex: '' })).error).toMatchObject({
      code: 'unknown_dialect',
      expected: 'did you mean "amp-v0"?',
    });
    expect(decode(layout('amp-shmem-v1', 'LAYOT', { hex: '' })).error).toMatchObject({
      code: 'unknown_message',
      expected: 'did you mean "LAYOUT"?',
    });
    expect(decode(layout('ffa-2024', 'FIFO_HEADER', { hex: '' })).error).toMatchObject({ code: 'unknown_message' });
    expect(decode(layout('amp-v0', 'LAYOUT', { hex: '' })).error).toMatchObject({ code: 'unknown_message' });
  });

  it('has an error where the bytes end too early or are none', () => {
    expect(decode(layout('amp-v0', 'SPSC_QUEUE_SHARED', { hex: '00' })).error).toMatchObject({ code: 'short_body' });
    expect(decode(layout('amp-v0', 'SPSC_QUEUE_SHARED', { hex: '0' })).error).toMatchObject({ code: 'bad_hex' });
  });

  it('spells text as text, one character for a byte, whatever the bytes are', () => {
    const text = `${'ff00'}41${'00'.repeat(13)}`;
    const hex = `${text}${'00'.repeat(72)}`;
    const { fields } = decode(layout('bridge-uapi-v1', 'RESOLVE_ENDPOINT', { hex }));
    expect(fields?.bus_name).toBe('\xff\0A');
    expect(encode(layout('bridge-uapi-v1', 'RESOLVE_ENDPOINT', { fields }))).toMatchObject({ hex });
    const long = { ...fields, bus_name: 'seventeen letters' };
    expect(encode(layout('bridge-uapi-v1', 'RESOLVE_ENDPOINT', { fields: long })).error).toMatchObject({
      code: 'bad_value',
      field: 'bus_name',
      expected: 16,
      got: 17,
    });
    const wide = { ...fields, bus_name: '\u20ac' };
    expect(encode(layout('bridge-uapi-v1', 'RESOLVE_ENDPOINT', { fields: wide })).error).toMatchObject({
      code: 'bad_value',
    });
  });

  it('tells of reserved fields and holes that are not zero', () => {
    const bytes = Buffer.alloc(32);
    bytes[16] = 1;
    bytes[21] = 2;
    const { findings } = decode(layout('bridge-uapi-v1', 'SET_DEVICES', { hex: bytes.toString('hex') }));
    expect(findings?.filter((f) => f.rule !== 'constraint')).toMatchObject([
      { rule: 'reserved', field: 'reserved0', offset: 16, got: 1 },
      { rule: 'padding', offset: 21, got: 2 },
    ]);
  });

  it('follows a header to the second one, and judges it where it lies', () => {
    const { hex } = malformedLayouts.find((m) => m.name === 'fifo-chain-continues') ?? { hex: '' };
    const entry = layout('ffa-v1', 'FIFO_HEADER', { hex, context: { region_bytes: 4096 } });
    expect(decode(entry).findings).toMatchObject([{ rule: 'chain', field: 'next.next_offset', expected: 0 }]);
  });
});

/** Memory of three QEMU buses after the same four requests; the answer to the last one is still unread. */
describe('the memory of real buses', () => {
  const memory = JSON.parse(readFileSync(path('test/vectors/traces/qemu-bus-memory.json'), 'utf8'));
  /** Class, message and token of the message a slot begins with. */
  const messageIn = (slot: unknown): unknown[] => {
    const { message, kind, header, error } = decode({ dialect: 'rfc3', hex: slot }) as Answer & {
      header: { token: number };
    };
    return error === undefined ? [message, kind, header.token] : [error.code];
  };
  const requests = [
    ['GET_DEVICES', 'request', 1],
    ['PING', 'request', 2],
    ['GET_DEVICE_INFO', 'request', 3],
    ['GET_DEVICE_STATUS', 'request', 4],
  ];
  // This device puts no token into the answers of the bus.
  const responses = [
    ['GET_DEVICES', 'response', 0],
    ['PING', 'response', 0],
    ['GET_DEVICE_INFO', 'response', 3],
    ['GET_DEVICE_STATUS', 'response', 4],
  ];

  const queues = Object.entries(memory as Record<string, { driverQueue?: string; deviceQueue?: string }>).filter(
    ([, bus]) => bus.driverQueue !== undefined,
  );
  it('has two buses with queues of fixed slots', () => expect(queues.length).toBe(2));

  it.each(queues)('%s: two queues of four messages each', (_name, bus) => {
    const queue = (hex: string | undefined): Answer => decode(layout('amp-v0', 'SPSC_QUEUE_SHARED', { hex }));
    const [driver, device] = [queue(bus.driverQueue), queue(bus.deviceQueue)];
    expect([driver.fields?.head, driver.fields?.tail]).toEqual([4, 4]);
    expect([device.fields?.head, device.fields?.tail]).toEqual([4, 3]);
    const slots = (answer: Answer): unknown[] => [0, 1, 2, 3].map((i) => messageIn(answer.fields?.[`slots[${i}]`]));
    expect(slots(driver)).toEqual(requests);
    expect(slots(device)).toEqual(responses);
    expect([driver.findings, device.findings]).toEqual([undefined, undefined]);
  });

  it('amp-shmem: a layout that leads to heads and elements', () => {
    const { memory: hex, parsed } = memory['amp-shmem-layout'] as {
      memory: string;
      parsed: { num: number; size: number; dev_q: number; drv_q: number };
    };
    const bytes = Buffer.from(hex, 'hex');
    const at = (message: string, offset: number, context: object): Answer =>
      decode(layout('amp-shmem-v1', message, { hex: bytes.subarray(offset).toString('hex'), context }));
    const whole = at('LAYOUT', 0, { region_bytes: 8192 });
    const { fields } = whole;
    expect([whole.size, whole.findings, whole.surplus]).toEqual([
      64,
      undefined,
      { offset: 64, length: bytes.length - 64 },
    ]);
    expect(fields).toMatchObject({
      magic: 0x4c4f,
      num_queue_elements: parsed.num,
      size_queue_elements: parsed.size,
      dev_queue_elements_offset: `${parsed.dev_q}`,
      drv_queue_elements_offset: `${parsed.drv_q}`,
    });
    const side = (name: string): { head: Answer; elements: number } => ({
      head: at('QUEUE_HEAD', Number(fields?.[`${name}_queue_head_offset`]), {}),
      elements: Number(fields?.[`${name}_queue_elements_offset`]),
    });
    const slots = (from: number): unknown[] =>
      [0, 1, 2, 3].map((i) => messageIn(bytes.subarray(from + 64 * i, from + 64 * i + 64).toString('hex')));
    const [driver, device] = [side('drv'), side('dev')];
    // One answer is unread: the driver has read three of the four the device wrote.
    expect(driver.head.fields).toEqual({ magic: 0x514f, status: 2, tail: 4, head: 3 });
    expect(device.head.fields).toEqual({ magic: 0x514f, status: 2, tail: 4, head: 4 });
    expect(slots(device.elements)).toEqual(responses);
    expect(slots(driver.elements)).toEqual(requests);
  });
});
