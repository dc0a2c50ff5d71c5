import { describe, expect, it } from 'vitest';
import { changed, found } from './support/drift.js';

describe('LaTeX as people write it', () => {
  const message = (...rows: string[]): string =>
    [
      '\\msgdef{GET_SHM}',
      '\\begin{tabular}{|l|l|l|l|}',
      'Type & Offset & Size (bytes) & Content \\\\',
      ...rows,
      '\\end{tabular}',
    ].join('\n');
  const request = 'Request & 0 & 4 & Shared memory region index \\\\';
  const answer = [
    'Answer & 0 & 4 & Shared memory region index \\\\',
    '& 4 & 4 & Shared memory region length \\\\',
    '& 8 & 4 & Shared memory region address \\\\',
  ];
  /** What is found about GET_SHM; a text that tells one message lacks all others. */
  const about = async (text: string): Promise<string[]> =>
    (await found(text)).filter((f) => !/ lacking (?!GET_SHM)/.test(f));

  it.each([
    ['escaped underscores', message(request, ...answer).replace('GET_SHM', 'GET\\_SHM')],
    [
      'the full name in a heading of its own',
      message(request, ...answer).replace(
        '\\msgdef{GET_SHM}',
        '\\subsubsection{VIRTIO\\_MSG\\_GET\\_SHM}\\label{sec:x}',
      ),
    ],
    [
      'a heading with an option and emphasis',
      message(request, ...answer).replace(
        '\\msgdef{GET_SHM}',
        '\\subsubsection*[short]{\\texttt{VIRTIO\\_MSG\\_GET\\_SHM}}',
      ),
    ],
    [
      'comments',
      message(request, '% & 4 & 4 & Old field \\\\', ...answer).replace(
        'region length \\\\',
        'region length % was 8 & \\\\\n\\\\',
      ),
    ],
    [
      'definitions of the macros',
      `\\newcommand{\\msgdef}[1]{\\subsubsection{VIRTIO_MSG_#1}\\label{sec:a / #1}}\n\\def\\x#1{\\msgdef{#1}}\n${message(request, ...answer)}`,
    ],
    ['nested braces and fonts', message(request, ...answer).replace('region length', '{\\bf region {\\em length}}')],
    ['rules of every kind', message('\\toprule', request, '\\cline{1-2}\\hline \\hline', ...answer, '\\bottomrule')],
    ['no line break at the end', message(request, ...answer).replace('address \\\\', 'address')],
    ['space after a row', message(request, ...answer).replace('length \\\\', 'length \\\\[2pt] \\\\*')],
    [
      'multirow',
      message(request, '\\multirow{3}{*}{Answer} & 0 & 4 & Shared memory region index \\\\', ...answer.slice(1)),
    ],
    [
      'a title across the columns',
      message(
        request,
        '\\multicolumn{4}{|c|}{Answer} \\\\',
        answer[0]?.replace('Answer', '') ?? '',
        ...answer.slice(1),
      ),
    ],
    [
      'a cell that goes on in the next row',
      message(request, ...answer).replace('region address \\\\', 'region \\\\\n & & & address \\\\'),
    ],
    [
      'a cell of several lines',
      message(request, ...answer).replace(
        'Shared memory region address',
        '\\makecell{Shared memory \\\\ region address}',
      ),
    ],
    [
      'tabularx in a group in a table',
      `\\begin{table}[h]{\\small\n${message(request, ...answer)
        .replace('{tabular}{', '{tabularx}{\\textwidth}{')
        .replace('\\end{tabular}', '\\end{tabularx}')}}\\end{table}`,
    ],
    [
      'other tables and listings in between',
      `${message(request, ...answer)}\n\\begin{tabular}{lll}\nConstant & Value & Meaning \\\\\nA & 0x1 & b \\\\\n\\end{tabular}\n\\begin{lstlisting}\nstruct virtio_msg { u8 x; };\n\\end{lstlisting}`,
    ],
    [
      'verbatim text that looks like mistakes',
      `\\verb|{| \\begin{verbatim}\n}}} \\begin{tabular}\n\\end{verbatim}\n${message(request, ...answer)}`,
    ],
    ['Windows line ends and a byte order mark', `\uFEFF${message(request, ...answer).replaceAll('\n', '\r\n')}`],
    [
      'sizes in words, bits and ranges',
      message(request, ...answer)
        .replace('& 4 & 4 &', '& 0x4 & 32 bits &')
        .replace('& 8 & 4 &', '& 8 & 4 bytes &'),
    ],
  ])('%s', async (_, text) => {
    expect(await about(text)).toEqual([]);
  });

  it('tells a field by its name before a colon, and any counted size', async () => {
    const rows = [
      'Request & 0 & 2 & offset: first device number in the window \\\\',
      '& 2 & 2 & count: number of consecutive device numbers covered \\\\',
      'Answer & 0 & 2 & offset (echoed) \\\\',
      '& 2 & 2 & count actually returned \\\\',
      '& 4 & 2 & next\\_offset: 0 or the start of the next window \\\\',
      '& 6 & count/8 & bitmap: bit $n$ ($0 \\le n <$ count) describes device number $(offset + n)$ \\\\',
    ];
    const text = message(...rows).replace('\\msgdef{GET_SHM}', '\\busdef{GET_DEVICES}');
    expect((await found(text)).filter((f) => f.includes('GET_DEVICES'))).toEqual([]);
    // The same lines in the order of another revision.
    expect((await found(text, 'v1-2026')).filter((f) => f.includes('GET_DEVICES'))).toEqual([
      '7 name GET_DEVICES.response.next_offset',
      '8 name GET_DEVICES.response.count',
    ]);
  });

  it.each(['N bytes', '0 or 4', 'up to 4', '1-4', '4+', '4 bits', '$4n$'])(
    'takes the size %s for another than 4',
    async (size) => {
      expect(await about(message(request, ...answer).replace('& 8 & 4 &', `& 8 & ${size} &`))).toEqual([
        '7 size GET_SHM.response.address',
      ]);
    },
  );

  it.each(['N bytes', '...', '..', '\\ldots', '0-32', 'up to 32', 'variable', '\\textit{length}'])(
    'takes the size %s for a counted one',
    async (size) => {
      const text = changed('& 12 & ... & Configuration data', `& 12 & ${size} & Configuration data`);
      expect(await found(text)).toEqual([]);
    },
  );
});
