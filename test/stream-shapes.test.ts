import { decode, errorOf, isRefused, ShapeTable } from '@virtio-wire/generator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexOf } from './support/dialects.js';
import { someMessage, viewOf } from './support/some-message.js';
import { bytesOf, DIALECTS, malformed, vectors } from './support/vectors.js';

const shapes = new Map(DIALECTS.map((name) => [name, new ShapeTable(indexOf(name))]));

describe('the shape table', () => {
  const expectAgreement = (name: string, bytes: Uint8Array): void => {
    const index = indexOf(name);
    const shape = shapes.get(name) as ShapeTable;
    // Somewhere within a larger buffer, as in a stream.
    const padded = Uint8Array.from([0xff, 0xff, 0xff, ...bytes, 0xff]);
    const answer = shape.check(viewOf(padded), 3, 3 + bytes.length);
    const decoded = decode(index, bytes);
    const told = answer < 0 ? errorOf(answer) : index.ir.bodies[answer]?.key;
    expect(told, Buffer.from(bytes).toString('hex')).toBe(isRefused(decoded) ? decoded.error.code : decoded.body.key);
    if (isRefused(decoded)) return;
    const rest = decoded.surplus ?? decoded.padding;
    expect([shape.size, shape.contentEnd]).toEqual([decoded.size, rest === null ? decoded.size : rest.offset]);
  };

  it('agrees with the interpreter on every vector, every prefix of it, and every malformed message', () => {
    for (const { dialect, hex } of [...vectors, ...malformed]) {
      const bytes = bytesOf(hex);
      for (let length = 0; length <= bytes.length; length++) expectAgreement(dialect, bytes.subarray(0, length));
    }
  });

  it('agrees with the interpreter on a tail counted in bits, whole bytes or not', () => {
    const counted = DIALECTS.filter((n) => indexOf(n).byKey('bus.GET_DEVICES.response')?.maxSize === null);
    expect(counted.length).toBeGreaterThan(3);
    for (const name of counted) {
      const body = indexOf(name).byKey('bus.GET_DEVICES.response');
      const counter = body?.fields.find((f) => f.name === 'count')?.offset ?? 0;
      const size = indexOf(name).sizeField?.offset ?? 0;
      for (let bits = 0; bits < 40; bits++) {
        for (let tail = 0; tail < 6; tail++) {
          const bytes = new Uint8Array((body?.minSize ?? 0) + tail);
          bytes.set([3, 2], 0);
          bytes[size] = bytes.length;
          bytes[counter] = bits;
          expectAgreement(name, bytes);
        }
      }
    }
  });

  it('agrees with the interpreter on spoiled messages and noise', () => {
    fc.assert(
      fc.property(someMessage, ({ name, bytes }) => expectAgreement(name, bytes)),
      { numRuns: 5000 },
    );
  });
});
