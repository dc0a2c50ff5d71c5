import { type Direction, decode, isRefused, judge, type ProfileIR, QuietCheck } from '@virtio-wire/generator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
// Not a public name: the compiler behind QuietCheck, whose edge no shipped constraint reaches.
import { sureConstraint } from '../generator/dist/stream/sure-constraint.js';
import { indexOf, store } from './support/dialects.js';
import { someMessage, viewOf } from './support/some-message.js';
import { bytesOf, malformed, traceLines, traceNames, vectors } from './support/vectors.js';

const profiles = Object.entries(store.index.protocols).flatMap(([protocol, { profiles }]) =>
  profiles.map((name) => store.profile(protocol, name) as ProfileIR),
);

describe('the quiet check', () => {
  const directions: (Direction | null)[] = [null, 'driver->device', 'device->driver'];
  const verdicts = (
    name: string,
    bytes: Uint8Array,
    profile: ProfileIR,
    direction: Direction | null,
    limit?: number,
  ) => {
    const index = indexOf(name);
    const check = new QuietCheck(index, profile);
    const decoded = decode(index, bytes);
    if (isRefused(decoded)) return null;
    const context = limit === undefined ? {} : { max_msg_size: limit };
    const findings = judge({ index, decoded, bytes, profile, direction, context, named: null });
    const i = check.shape.check(viewOf(bytes), 0, bytes.length);
    const known = limit ?? profile.maxMessageSize ?? Number.NaN;
    return { findings, quiet: check.quiet(viewOf(bytes), 0, bytes.length, i, direction, known) };
  };

  it('is never quiet about a message that a rule objects to', () => {
    fc.assert(
      fc.property(
        someMessage,
        fc.constantFrom(...profiles),
        fc.constantFrom(...directions),
        fc.option(fc.nat(64), { nil: undefined }),
        ({ name, bytes }, profile, direction, limit) => {
          const verdict = verdicts(name, bytes, profile, direction, limit);
          if (verdict?.quiet === true) expect(verdict.findings).toEqual([]);
        },
      ),
      { numRuns: 8000 },
    );
  });

  it('is never quiet about one that a rule objects to, for every vector under every profile', () => {
    for (const { dialect, hex } of [...vectors, ...malformed]) {
      for (const profile of profiles) {
        for (const direction of directions) {
          const verdict = verdicts(dialect, bytesOf(hex), profile, direction);
          if (verdict?.quiet === true) expect(verdict.findings, `${dialect} ${profile.name} ${hex}`).toEqual([]);
        }
      }
    }
  });

  it('is not sure of a constraint on values that a number cannot hold, nor of one without its limit', () => {
    const body = indexOf('rfc3').byKey('transport.SET_VQUEUE.request');
    if (body === undefined) throw new Error('no SET_VQUEUE');
    const at = body.fields.find((f) => f.name === 'descriptor_addr')?.offset ?? 0;
    const view = new DataView(new ArrayBuffer(body.minSize));
    const sure = (text: string, value: bigint, limit = Number.NaN): boolean => {
      view.setBigUint64(at, value, true);
      return sureConstraint(text, body)(view, 0, limit);
    };
    expect(sure('descriptor_addr == 5', 5n)).toBe(true);
    expect(sure('descriptor_addr != 9007199254740992', 9007199254740993n)).toBe(false);
    expect(sure('descriptor_addr != 9007199254740993', 9007199254740993n)).toBe(false);
    expect(sure('descriptor_addr * 4503599627370496 != 1', 4n)).toBe(false);
    expect(sure('descriptor_addr != $limit', 5n)).toBe(false);
    expect(sure('descriptor_addr != $limit', 5n, 6)).toBe(true);
    expect(sure('descriptor_addr % index == 0 || 1 == 1', 5n)).toBe(false);
    expect(sure('no_such_field == 1', 5n)).toBe(true);
  });

  it('knows nearly every clean message at sight, which is what it is for', () => {
    let clean = 0;
    let quiet = 0;
    for (const name of traceNames.filter((n) => n.startsWith('linux-'))) {
      const header = JSON.parse(traceLines(name)[0] ?? '') as { dialect: string };
      const profile = profiles.find((p) => p.name === header.dialect) as ProfileIR;
      for (const line of traceLines(name)) {
        const { hex } = JSON.parse(line) as { hex?: string };
        const verdict = hex === undefined ? null : verdicts(header.dialect, bytesOf(hex), profile, null);
        if (verdict === null || verdict.findings.length > 0) continue;
        clean++;
        if (verdict.quiet) quiet++;
      }
    }
    expect(clean).toBeGreaterThan(300);
    expect(quiet).toBe(clean);
  });
});
