import { type Case, limitOf } from './case.js';
import type { Finding } from './finding.js';

/** Rules about how long a message may be and what may stand behind it. */
export function judgeSize(subject: Case): Finding[] {
  const { decoded, index, profile, bytes } = subject;
  const found: Finding[] = [];
  const field = index.sizeField?.name ?? 'frame';
  const offset = index.sizeField?.offset ?? 0;
  const limit = limitOf(subject);
  if (limit !== undefined && decoded.size > limit) {
    found.push({
      rule: 'size-limit',
      layer: 'rules',
      field,
      offset,
      got: decoded.size,
      expected: `at most ${limit}`,
      clause: 'R3',
    });
  }
  if (decoded.surplus !== null && profile.exactSize.includes(decoded.body.kind)) {
    found.push({
      rule: 'exact-size',
      layer: 'rules',
      field,
      offset,
      got: decoded.size,
      expected: decoded.surplus.offset,
      clause: 'R13',
    });
  }
  if (profile.padding === 'zero') {
    const dirty = bytes.subarray(decoded.size).findIndex((b) => b !== 0);
    if (dirty >= 0) {
      const at = decoded.size + dirty;
      found.push({
        rule: 'carrier-padding',
        layer: 'rules',
        field: 'padding',
        offset: at,
        got: bytes[at] ?? 0,
        expected: 0,
        clause: 'R4',
      });
    }
  }
  return found;
}
