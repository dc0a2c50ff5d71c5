import type { DriftFinding } from '@virtio-wire/generator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { against, brief, changed, found, lineOf, rfc3 } from './support/drift.js';

describe('what cannot be read', () => {
  it.each([
    [
      'a line with a cell too few',
      '& 4 & 4 & Vendor ID',
      '& 4 & Vendor ID',
      '49 unreadable',
      'this line has 3 of 4 cells',
    ],
    [
      'a line with a cell too many',
      '& 4 & 4 & Vendor ID',
      '& 4 & 4 & Vendor & ID',
      '49 unreadable',
      'this line has 5 of 4 cells',
    ],
    ['an offset that is no number', '& 4 & 4 & Vendor ID', '& four & 4 & Vendor ID', '49 unreadable', 'offset "four"'],
    ['a line without a size', '& 4 & 4 & Vendor ID', '& 4 & & Vendor ID', '49 unreadable', 'no size'],
    [
      'a type of its own',
      'Answer & 0 & 4 & Device ID',
      'Reaction & 0 & 4 & Device ID',
      '48 unreadable',
      'type "Reaction"',
    ],
    ['a brace that is not closed', 'Device ID', '{Device ID', '48 unreadable', 'this brace is never closed'],
    ['a brace that closes nothing', 'Device ID', 'Device} ID', '48 unreadable', 'this brace closes nothing'],
    ['a heading that is not closed', '\\msgdef{GET_SHM}', '\\msgdef{GET_SHM', '184 unreadable', 'argument of \\msgdef'],
    [
      'a table without an end',
      '\\hline\n\\end{tabular}\n\n\\msgdef{GET_CONFIG}',
      '\\hline\n\n\\msgdef{GET_CONFIG}',
      '73 unreadable',
      'never ended',
    ],
    [
      'an end without a table',
      '\\msgdef{GET_CONFIG}',
      '\\end{tabular}\\msgdef{GET_CONFIG}',
      '85 unreadable',
      'without a \\begin',
    ],
    ['an id that is no number', '& 0xC  &', '& 0xG  &', '31 unreadable', 'id "0xG"'],
  ])('%s is told once, and the rest is compared', async (_, from, to, expected, says) => {
    const text = changed(from, to).replace('& 4 & 4 & Next offset and', '& 8 & 4 & Next offset and');
    const { findings } = await against(text);
    expect(brief(findings[0] as DriftFinding)).toBe(expected);
    expect(findings[0]?.text).toContain(says);
    // What a mistake hides is not there; what comes after it is.
    expect(brief(findings.at(-1) as DriftFinding)).toMatch(/^21[5-7] offset EVENT_AVAIL\.event\.next_offset_wrap$/);
  });

  it('a column that is missing is told, and the others are compared', async () => {
    const titles = 'Type & Offset & Size (bytes) & Content \\\\';
    const without = rfc3.replace(titles, 'Type & Offset & Content \\\\');
    expect(await found(without)).toEqual(['42 unreadable']);
    const cut = rfc3.replace(/(\\msgdef\{GET_SHM\}[\s\S]*?)(\\msgdef)/, (all) =>
      all.replace(titles, 'Type & Offset & Content \\\\').replace(/^(\w* ?& \d+) & \d+ &/gm, '$1 &'),
    );
    expect(await found(cut)).toEqual(['185 unreadable']);
    expect(await found(cut.replace('& 8 & Shared', '& 16 & Shared'))).toEqual([
      '185 unreadable',
      '193 offset GET_SHM.response.address',
    ]);
  });

  it('a heading that names no message is told, and so is the message that lost it', async () => {
    expect(await found(changed('\\msgdef{GET_DEVICE_INFO}', '\\msgdef{of old}'))).toEqual([
      '11 lacking GET_DEVICE_INFO',
      '41 unreadable',
    ]);
  });

  it('a message without a table is told where it should be', async () => {
    const text = rfc3.replace(/(\\busdef\{PING\}\n)[\s\S]*$/, '$1Like every other message.\n');
    expect(await found(text)).toEqual([
      `${lineOf(text, '\\busdef{PING}')} lacking PING.request`,
      `${lineOf(text, '\\busdef{PING}')} lacking PING.response`,
    ]);
  });

  it.each(['', 'no LaTeX at all', '\\section{x} $', '# GET_SHM\n| Type | Offset |', '\u0000\uFFFF{{{'])(
    'a text like %j has no messages',
    async (text) => {
      const { findings } = await against(text);
      expect(findings[0]?.text).toBe('there is not one message in this text');
      expect(findings.every((f) => f.kinds[0] === 'unreadable')).toBe(true);
    },
  );

  it('a text that is all mistakes ends', async () => {
    for (const part of [
      '\\begin{tabular}{l}',
      '\\end{tabular}',
      '{',
      '}',
      '\\def\\a{',
      '\\msgdef{',
      '\\verb|',
      '$',
      '\\[',
    ])
      expect((await against(part.repeat(5_000))).findings.length, part).toBeLessThan(300);
  });

  it('any pieces in any order are read without a throw', async () => {
    const pieces = fc.constantFrom(
      ...[
        '\\msgdef{GET_SHM}',
        '\\busdef{',
        '\\begin{tabular}{llll}',
        '\\end{tabular}',
        'Type & Offset & Size & Content \\\\',
      ],
      ...[
        'Request & 0 & 4 & x \\\\',
        '&',
        '\\\\',
        '\\multicolumn{9}{',
        '\\multirow',
        '{',
        '}',
        '[',
        ']',
        '$',
        '%',
        '\n',
        '\\',
      ],
      ...[
        '\\begin{lstlisting}',
        '\\end{lstlisting}',
        'struct virtio_msg_get_shm {',
        'le32 a[',
        '};',
        '\\verb|',
        '\\newcommand{',
        '0x',
      ],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 40 }), async (parts) => {
        const { findings } = await against(parts.join(''));
        for (const f of findings) expect(f.place.line).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });
});
