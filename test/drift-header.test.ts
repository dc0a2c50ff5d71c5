import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { found, placed, rfc3 } from './support/drift.js';
import { path } from './support/schema.js';

describe('the common header', () => {
  // virtio-msg-wire.md, section 2: type, msg_id, dev_num, token and msg_size at 0, 1, 2, 4 and 6.
  const listing = (members: string): string =>
    `\\subsubsection{Common Message Format}\n\\begin{lstlisting}\nstruct virtio_msg_header {\n${members}\n};\n\\end{lstlisting}\n`;
  const whole = [
    'u8 type;',
    'u8 msg_id; /* which message */',
    'le16 dev_num;',
    'le16 token;',
    'le16 msg_size;',
    'u8 payload[];',
  ];
  const of = (members: readonly string[], dialect = 'rfc3'): Promise<string[]> =>
    found(listing(members.join('\n')) + rfc3, dialect);

  it('is compared with that of the dialect', async () => {
    expect(await of(whole)).toEqual([]);
    expect(await of(whole.map((m) => m.replace('le16 token', 'le32 token')))).toEqual([
      '7 size header.token',
      '8 offset header.msg_size',
    ]);
    expect(await of(whole.map((m) => m.replace('msg_id', 'sequence')))).toEqual(['5 name header.msg_id']);
    expect(await of(whole.filter((m) => !m.includes('token')))).toEqual([
      '6 lacking header.token',
      '7 offset header.msg_size',
    ]);
    expect(await of([...whole.slice(0, 5), 'le32 cookie;', ...whole.slice(5)])).toEqual(['9 unknown header']);
  });

  it('of 6 bytes is that of RFC 2, whose token is not there yet', async () => {
    const rows = await of(whole, 'rfc2');
    expect(rows.slice(0, 2)).toEqual(['7 unknown header', '8 offset header.msg_size']);
  });

  it('is told with the line of the schema that declares it', async () => {
    const text = listing(whole.join('\n').replace('le16 token', 'le16 cookie')) + rfc3;
    const [only] = (await placed(text, 'v1-2026')).findings;
    expect(only).toMatchObject({ message: 'header', field: 'token', key: 'header.token' });
    const { file = '', line = 0 } = only?.schema ?? {};
    expect(readFileSync(path(file), 'utf8').split('\n')[line - 1]).toMatch(/name: token/);
  });
});
