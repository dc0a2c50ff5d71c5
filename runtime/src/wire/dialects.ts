import * as rfc2 from '@virtio-wire/codecs/virtio-msg/rfc2';
import * as rfc3 from '@virtio-wire/codecs/virtio-msg/rfc3';
import * as v1 from '@virtio-wire/codecs/virtio-msg/v1-2026';
import { type Dialect, type DialectName, dialect } from './dialect.js';
import { RFC2_BODIES } from './rfc2.js';
import { RFC3_BODIES } from './rfc3.js';
import { V1_2026_BODIES } from './v1-2026.js';

/**
 * The dialects a bus can speak. pr28 has the bytes of rfc3 and other rules. The smallest limits are those of the texts; 44
 * bytes do not carry the queue messages of rfc3 and pr28, which then fail one by one with `too_big`.
 */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  rfc2: dialect(
    {
      name: 'rfc2',
      headerSize: 6,
      hasToken: false,
      tokens: 'none',
      order: 'strict',
      answersInOrder: true,
      generation: 'always',
      minMessage: 44,
      granule: 8,
    },
    RFC2_BODIES,
    rfc2,
  ),
  rfc3: dialect(
    {
      name: 'rfc3',
      headerSize: 8,
      hasToken: true,
      tokens: 'checked',
      order: 'relaxed',
      answersInOrder: false,
      generation: 'always',
      minMessage: 44,
      granule: 8,
    },
    RFC3_BODIES,
    rfc3,
  ),
  pr28: dialect(
    {
      name: 'pr28',
      headerSize: 8,
      hasToken: true,
      tokens: 'opaque',
      order: 'strict',
      answersInOrder: true,
      generation: 'always',
      minMessage: 44,
      granule: 8,
    },
    RFC3_BODIES,
    rfc3,
  ),
  'v1-2026': dialect(
    {
      name: 'v1-2026',
      headerSize: 8,
      hasToken: true,
      tokens: 'opaque',
      order: 'relaxed',
      answersInOrder: false,
      generation: 'feature',
      minMessage: 52,
      granule: 1,
    },
    V1_2026_BODIES,
    v1,
  ),
};

/** The dialect of that name, or undefined. */
export const dialectNamed = (name: string): Dialect | undefined =>
  Object.hasOwn(DIALECTS, name) ? DIALECTS[name as DialectName] : undefined;
