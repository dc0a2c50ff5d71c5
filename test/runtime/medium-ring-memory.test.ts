import { readFileSync } from 'node:fs';
import { IrStore, LineDecoder } from '@virtio-wire/generator';
import { DIALECTS, RingEnd, RingMedium, ringLayout, ringMemory } from '@virtio-wire/runtime';
import { describe, expect, test } from 'vitest';
import { Bell } from '../../runtime/dist/medium/ring/bell.js';
import { RingReader } from '../../runtime/dist/medium/ring/ring-reader.js';
import { root } from '../support/vwire.js';
import { message } from './support/medium-contract.js';

const dialect = DIALECTS['v1-2026'];
const decoder = new LineDecoder(new IrStore(`${root}generated/ir`));

/** A layout as the schema reads it, from the memory itself. */
function seen(memory: SharedArrayBuffer, name: string, offset: number, size: number): Record<string, unknown> {
  const hex = Buffer.from(new Uint8Array(memory, offset, size)).toString('hex');
  const line = { dialect: 'amp-shmem-v1', class: 'layout', message: name, kind: 'struct', hex };
  return JSON.parse(decoder.line(JSON.stringify({ ...line, context: { region_bytes: memory.byteLength } })));
}

/** The memory of a real QEMU's bus: four answers are there, of which its driver has read three. */
function captured(): SharedArrayBuffer {
  const file = JSON.parse(readFileSync(`${root}test/vectors/traces/qemu-bus-memory.json`, 'utf8'));
  const memory = new SharedArrayBuffer(8192);
  new Uint8Array(memory).set(Buffer.from(file['amp-shmem-layout'].memory, 'hex'));
  return memory;
}

describe('the memory of a ring', () => {
  test('is an amp-shmem-v1 by the schema and all its rules, whatever it is made for', () => {
    for (const options of [{}, { maxMessage: 40 }, { maxMessage: 8, slots: 2 }, { maxMessage: 65, slots: 65535 }]) {
      const memory = ringMemory(options);
      const layout = seen(memory, 'LAYOUT', 0, 64);
      expect(layout.findings).toBeUndefined();
      const { slots, slotSize, device, driver } = ringLayout(memory);
      expect(layout.fields).toMatchObject({ num_queue_elements: slots, size_queue_elements: slotSize });
      expect(layout.fields).toMatchObject({ dev_queue_elements_offset: `${device.slots}` });
      expect(layout.fields).toMatchObject({ drv_queue_head_offset: `${driver.head}` });
    }
  });

  test('tells by its queue heads who is there, what is written and how far it is read', () => {
    const memory = ringMemory({ maxMessage: 64, slots: 4 });
    const { device, driver } = ringLayout(memory);
    const head = (side: { head: number }) => seen(memory, 'QUEUE_HEAD', side.head, 8).fields;
    const ours = new RingEnd(memory, 'driver', { dialect });
    expect(head(driver)).toEqual({ magic: 0x514f, status: 1, tail: 0, head: 0 });
    expect([head(device), ours.peer]).toEqual([{ magic: 0, status: 0, tail: 0, head: 0 }, 'absent']);
    const theirs = new RingEnd(memory, 'device', { dialect });
    expect(head(device)).toEqual({ magic: 0x514f, status: 2, tail: 0, head: 0 });
    expect([ours.peer, head(driver)]).toEqual(['there', { magic: 0x514f, status: 2, tail: 0, head: 0 }]);
    for (let i = 0; i < 3; i++) ours.writer.write(message(40, i));
    expect(head(driver)).toMatchObject({ tail: 0 });
    ours.writer.publish();
    expect(head(driver)).toMatchObject({ tail: 3, head: 0 });
    expect([theirs.reader.take(), theirs.reader.take(), theirs.reader.take()]).toEqual([40, 40, 40]);
    theirs.reader.release();
    expect(head(device)).toMatchObject({ tail: 0, head: 3 });
    theirs.close();
    expect([head(device), ours.peer]).toEqual([{ magic: 0x514f, status: 3, tail: 0, head: 3 }, 'gone']);
    const bytes = new Uint8Array(memory, driver.slots + 64, 40);
    expect(new Uint8Array(bytes)).toEqual(message(40, 1));
  });

  test('of a real QEMU gives its answers to a reader', () => {
    const memory = captured();
    const nobody = new Bell(new Int32Array(new SharedArrayBuffer(4)), 0);
    const reader = new RingReader(memory, ringLayout(memory), 'driver', nobody, DIALECTS.rfc3);
    const answers: string[] = [];
    for (let size = reader.take(); size > 0; size = reader.take()) {
      const answer = DIALECTS.rfc3.decode(reader.view, 0, size);
      answers.push('name' in answer ? `${answer.name} ${answer.kind} ${size}` : answer.code);
    }
    expect(answers).toEqual([
      'GET_DEVICES response 46',
      'PING response 12',
      'GET_DEVICE_INFO response 32',
      'GET_DEVICE_STATUS response 12',
    ]);
    expect(reader.fault).toBeNull();
  });

  test('of a real QEMU has no place for bells, and is not taken for a medium', () => {
    expect(() => new RingEnd(captured(), 'driver', { dialect })).toThrow(
      'the bells at 64 lies over the head of the device, 8 bytes at 64',
    );
  });

  test('belongs to one end on each side, once', () => {
    const memory = ringMemory();
    const first = new RingMedium(memory, 'device', { dialect });
    expect(() => new RingMedium(memory, 'device', { dialect })).toThrow('the device side of this ring is taken');
    first.close();
    expect(() => new RingMedium(memory, 'device', { dialect })).toThrow('make another');
  });

  test('is refused for sizes there are not', () => {
    for (const [options, why] of [
      [{ slots: 1 }, 'a ring of 1 slots'],
      [{ slots: 65536 }, 'a ring of 65536 slots'],
      [{ slots: 2.5 }, 'a ring of 2.5 slots'],
      [{ maxMessage: 7 }, 'maxMessage is 7'],
      [{ maxMessage: 65535 }, 'at most 65472 bytes'],
    ] as const)
      expect(() => ringMemory(options), why).toThrow(why);
  });

  test('is refused where its parts lie outside, over each other or at odd places', () => {
    const change = (edit: (view: DataView) => void) => () => {
      const memory = ringMemory({ maxMessage: 64, slots: 4 });
      edit(new DataView(memory));
      return ringLayout(memory);
    };
    for (const [edit, why] of [
      [(v) => v.setUint16(0, 0x4c4e, true), 'magic 0x4c4e, version 1: no ring'],
      [(v) => v.setUint16(4, 2, true), 'version 2: no ring'],
      [(v) => v.setUint16(10, 1, true), '1 slots of 64 bytes'],
      [(v) => v.setUint16(12, 4, true), '4 slots of 4 bytes'],
      [(v) => v.setUint16(12, 62, true), '4 slots of 62 bytes'],
      [(v) => v.setUint16(10, 0xffff, true), 'the slots of the device: 4194240 bytes at 384'],
      [(v) => v.setBigUint64(24, 0n, true), 'the head of the device at 0 lies over the layout'],
      [(v) => v.setBigUint64(24, 130n, true), 'the head of the device: 8 bytes at 130'],
      [(v) => v.setBigUint64(24, 896n, true), 'the head of the device: 8 bytes at 896'],
      [(v) => v.setBigUint64(48, 124n, true), 'the head of the driver at 124 lies over the head of the device'],
      [(v) => v.setBigUint64(32, 2n ** 64n - 4n, true), 'the slots of the device: 256 bytes at NaN'],
      [(v) => v.setBigUint64(56, 636n, true), 'the slots of the driver at 636 lies over the slots of the device'],
    ] as const satisfies readonly (readonly [(v: DataView) => void, string])[])
      expect(change(edit), why).toThrow(why);
    expect(() => ringLayout(new SharedArrayBuffer(63))).toThrow('a ring in 63 bytes');
  });
});
