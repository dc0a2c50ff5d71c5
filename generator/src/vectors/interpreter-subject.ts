import { decode, isRefused } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { encode } from '../interpret/encode.js';
import { spellAll, toHex } from '../interpret/values.js';
import { type Subject, settle } from './subject.js';

/** The reference interpreter over the IR. */
export const interpreterSubject = (index: DialectIndex): Subject => ({
  name: 'interpreter',
  decode(bytes, named) {
    const result = decode(index, bytes, (announced) => settle(announced, named));
    if (isRefused(result)) return { error: result.error };
    const { body, size } = result;
    return {
      key: body.key,
      header: spellAll(result.header),
      fields: spellAll(result.fields),
      size,
      surplus: result.surplus?.length ?? 0,
    };
  },
  encode(body, header, fields) {
    const result = encode(index, body, header, fields);
    return 'error' in result ? null : toHex(result.bytes);
  },
});
