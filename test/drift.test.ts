import { readFileSync } from 'node:fs';
import {
  type Drift,
  type DriftFinding,
  drift,
  IrStore,
  nearestDialects,
  readText,
  renderDrift,
} from '@virtio-wire/generator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { path, shipped } from './support/schema.js';
import { asListings, asTables, type StatedMessage } from './support/spec-text.js';
import { vwire } from './support/vwire.js';

const store = new IrStore(path('generated/ir'));
const irOf = (name: string) => {
  const found = store.dialect(name);
  if (found === null) throw new Error(`no dialect ${name}`);
  return found.index.ir;
};

/** Lines of a real revision, see its first line. */
const FIXTURE = 'test/fixtures/drift/rfc3-tables.tex';
const rfc3 = readFileSync(path(FIXTURE), 'utf8');

const against = (text: string, dialect = 'rfc3'): Promise<Drift> => drift([{ file: 'spec.tex', text }], irOf(dialect));

/** The same with the lines of the schema, which costs their reading. */
const placed = (text: string, dialect: string): Promise<Drift> =>
  drift([{ file: 'spec.tex', text }], irOf(dialect), shipped());

/** A finding as one line: `49 name GET_DEVICE_INFO.response.vendor_id`. */
const brief = (f: DriftFinding): string => {
  const of = [f.message, f.body, f.field].filter((part) => part !== null).join('.');
  return `${f.place.line} ${f.kinds.join('+')}${of === '' ? '' : ` ${of}`}`;
};

const found = async (text: string, dialect?: string): Promise<string[]> =>
  (await against(text, dialect)).findings.map(brief);

/** The text of the real revision with one thing changed, which has to be there. */
function changed(from: string, to: string): string {
  expect(rfc3).toContain(from);
  return rfc3.replace(from, () => to);
}

const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

describe('the tables of a real revision', () => {
  it('say the same as their dialect', async () => {
    const result = await against(rfc3);
    expect(result.findings).toEqual([]);
    expect(result).toMatchObject({ protocol: 'virtio-msg', dialect: 'rfc3', messages: 17 });
  });

  it.each([
    [
      'an offset',
      '& 8 & 4 & Number of feature bits',
      '& 10 & 4 & Number of feature bits',
      '50 offset GET_DEVICE_INFO.response.num_feature_bits',
    ],
    [
      'a size',
      '& 12 & 4 & Configuration size',
      '& 12 & 2 & Configuration size',
      '51 size GET_DEVICE_INFO.response.config_size',
    ],
    [
      'offset and size',
      '& 20 & 2 & Admin',
      '& 24 & 4 & Admin',
      '53 offset+size GET_DEVICE_INFO.response.admin_vq_start',
    ],
    [
      'what a field is called',
      '& 4 & 4 & Vendor ID',
      '& 4 & 4 & Subsystem ID',
      '49 name GET_DEVICE_INFO.response.vendor_id',
    ],
    [
      'which field it is',
      '& 4 & 4 & Number of feature blocks \\\\\n\\hline',
      '& 4 & 4 & Feature data \\\\\n\\hline',
      '64 name GET_DEVICE_FEATURES.request.num_blocks',
    ],
    [
      'a counted field to a fixed one',
      '& 12 & ... & Configuration data',
      '& 12 & 32 & Configuration data',
      '96 size GET_CONFIG.response.data',
    ],
    [
      'a fixed field to a counted one',
      '& 24 & 8 & Driver address',
      '& 24 & ... & Driver address',
      '151 size GET_VQUEUE.response.driver_addr',
    ],
    ['an id', 'GET_SHM}           & 0xC', 'GET_SHM}           & 0xD', '31 id GET_SHM'],
    ['a name in the table of ids', '\\msgref{GET_SHM}', '\\msgref{GET_SHMEM}', '31 name GET_SHMEM'],
    ['a name in a heading', '\\msgdef{GET_SHM}', '\\msgdef{GET_SHMEM}', '184 name GET_SHMEM'],
    ['a sender', '& 0x3  & Any', '& 0x3  & Device', '240 sender PING'],
    [
      'a reserved id',
      'Reserved                   & 0x1 &',
      'Reserved                   & 0x2 &',
      '9 id GET_DEVICE_INFO',
    ],
    ['a field left out', '& 4 & 4 & Vendor ID \\\\\n', '', '48 lacking GET_DEVICE_INFO.response.vendor_id'],
    [
      'a field put in at the end',
      '& 22 & 2 & Admin virtqueue count \\\\',
      '& 22 & 2 & Admin virtqueue count \\\\\n& 24 & 4 & Shared memory count \\\\',
      '55 unknown GET_DEVICE_INFO.response',
    ],
    [
      'an answer left out',
      '& 8 & ... & Feature data \\\\\n\\hline\nAnswer & 0 & 0 & no extra data \\\\',
      '& 8 & ... & Feature data \\\\',
      '77 lacking SET_DRIVER_FEATURES.response',
    ],
    [
      'an answer put in',
      'Request & 0 & 4 & Virtqueue index \\\\\n& 4 & 4 & Next offset and Next wrap \\\\',
      'Request & 0 & 4 & Virtqueue index \\\\\n& 4 & 4 & Next offset and Next wrap \\\\\nAnswer & 0 & 0 & None \\\\',
      '217 unknown EVENT_AVAIL.response',
    ],
  ])('with %s changed differ in exactly that line', async (_, from = '', to = '', expected = '') => {
    expect(await found(changed(from, to))).toEqual([expected]);
  });

  it('with a message left out tell it behind the others of its class', async () => {
    const text = rfc3
      .replace(/\\msgdef\{GET_SHM\}[\s\S]*?\\end\{tabular\}\n/, '')
      .replace(/\\msgref\{GET_SHM\}.*\n/, '');
    const { findings } = await placed(text, 'rfc3');
    expect(findings.map(brief)).toEqual([`${lineOf(text, '\\msgref{EVENT_USED}')} lacking GET_SHM`]);
    expect(findings[0]?.schema?.file).toMatch(/^schema\/virtio-msg\/.*\.yaml$/);
  });

  it('with a message the dialect does not have tell it at both its places', async () => {
    const table =
      '\\begin{tabular}{llll}\nType & Offset & Size & Content \\\\\nRequest & 0 & 0 & None \\\\\n\\end{tabular}\n';
    const text = `${rfc3.replace('\\msgref{EVENT_CONFIG}', '\\msgref{GET_CLOCK} & 0xE & Driver \\\\\n\\msgref{EVENT_CONFIG}')}\n\\msgdef{GET_CLOCK}\n${table}`;
    expect(await found(text)).toEqual([
      `${lineOf(text, '\\msgref{GET_CLOCK}')} unknown GET_CLOCK`,
      `${lineOf(text, '\\msgdef{GET_CLOCK}')} unknown GET_CLOCK`,
    ]);
  });

  // The fact sheet: only the queue messages differ, by a reserved word that aligns the addresses.
  it.each(['rfc2', 'rfc2+token'])('differ from %s in the lines that moved', async (dialect) => {
    expect(await found(rfc3, dialect)).toEqual([
      '149 unknown GET_VQUEUE.response',
      '150 offset GET_VQUEUE.response.descriptor_addr',
      '151 offset GET_VQUEUE.response.driver_addr',
      '152 offset GET_VQUEUE.response.device_addr',
      '164 unknown SET_VQUEUE.request',
      '165 offset SET_VQUEUE.request.descriptor_addr',
      '166 offset SET_VQUEUE.request.driver_addr',
      '167 offset SET_VQUEUE.request.device_addr',
    ]);
  });

  // The fact sheet, 3.1 and 3.2: device information, queue flags, 64-bit shared memory, the order of GET_DEVICES.
  it('differ from v1-2026 in what the review of 2026 changed', async () => {
    const { findings } = await against(rfc3, 'v1-2026');
    expect(findings.map(brief)).toEqual([
      '49 lacking GET_DEVICE_INFO.response.device_uuid',
      '50 offset+name GET_DEVICE_INFO.response.num_feature_blocks',
      '51 offset GET_DEVICE_INFO.response.config_size',
      '52 offset GET_DEVICE_INFO.response.max_virtqueues',
      '53 offset+size GET_DEVICE_INFO.response.admin_vq_start',
      '54 offset+size GET_DEVICE_INFO.response.admin_vq_count',
      '149 name GET_VQUEUE.response.flags',
      '162 name SET_VQUEUE.request.flags',
      '189 name GET_SHM.request.shmid',
      '191 name GET_SHM.response.shmid',
      '192 name GET_SHM.response.reserved',
      '192 lacking GET_SHM.response.length',
      '193 offset+size GET_SHM.response.address',
      '255 name GET_DEVICES.response.next_offset',
      '256 name GET_DEVICES.response.count',
    ]);
    // The schema records that the texts contradict each other there.
    expect(findings.slice(-2).map((f) => f.unresolved)).toEqual([['get-devices-order'], ['get-devices-order']]);
  });

  it('are nearest to their own dialect', async () => {
    const dialects = ['rfc1', 'v1-2026', 'rfc2', 'rfc3'].map(irOf);
    const nearest = nearestDialects(await readText([{ file: 's', text: rfc3 }]), dialects);
    expect(nearest.map((n) => n.dialect)).toEqual(['rfc3', 'rfc2', 'v1-2026', 'rfc1']);
    expect(nearest[0]?.differences).toBe(0);
  });

  it('may be in several files, each with its own lines', async () => {
    const at = rfc3.indexOf('\\busdef{GET_DEVICES}');
    const parts = [rfc3.slice(0, at), rfc3.slice(at).replace('& 4 & 2 & Next offset', '& 5 & 2 & Next offset')];
    const texts = parts.map((text, i) => ({ file: `${i}.tex`, text }));
    const { findings, files } = await drift(texts, irOf('rfc3'));
    expect(files).toEqual(['0.tex', '1.tex']);
    expect(findings.map((f) => [f.place.file, brief(f)])).toEqual([
      ['1.tex', '11 offset GET_DEVICES.response.next_offset'],
    ]);
  });

  it('compare with a bus that carries their dialect', async () => {
    expect(await found(rfc3, 'ffa-2026a')).toEqual([]);
  });
});

describe('places', () => {
  it('are the line of the text and the line of the schema', async () => {
    const { findings } = await placed(rfc3, 'v1-2026');
    for (const f of findings) {
      const line = readFileSync(path(f.schema?.file ?? ''), 'utf8').split('\n')[(f.schema?.line ?? 0) - 1];
      expect(line?.slice((f.schema?.column ?? 0) - 1), brief(f)).toMatch(new RegExp(`^\\{ name: ${f.field},`));
      if (!f.kinds.includes('lacking'))
        expect(rfc3.split('\n')[f.place.line - 1]).toContain(/"(.*)"/.exec(f.text)?.[1]);
    }
    expect(findings).toHaveLength(15);
  });

  it('of an id are where the lineage states it', async () => {
    const { findings } = await placed(changed('GET_SHM}           & 0xC', 'GET_SHM}           & 0xD'), 'rfc3');
    const schema = findings[0]?.schema;
    expect(readFileSync(path(schema?.file ?? ''), 'utf8').split('\n')[(schema?.line ?? 0) - 1]).toBe('      id: 0x0c');
    expect(schema?.file).toBe('schema/virtio-msg/rfc2.yaml');
  });

  it('are the key in the IR where there is no schema', async () => {
    const result = await drift([{ file: 's', text: rfc3 }], irOf('rfc2'));
    expect(result.findings.map((f) => f.schema)).toEqual(result.findings.map(() => null));
    expect(result.findings[1]?.key).toBe('transport.GET_VQUEUE.response.descriptor_addr');
  });
});

describe('layouts known from elsewhere', () => {
  const { dialects } = JSON.parse(readFileSync(path('test/vectors/virtio-msg-layouts.json'), 'utf8')) as {
    dialects: Record<string, { messages: StatedMessage[] }>;
  };
  const names = Object.keys(dialects).filter((name) => !name.startsWith('ffa-'));

  it('are the dialects of this lineage', () => expect(names).toHaveLength(12));

  it.each(names)('of %s, written as tables and as structs, differ nowhere', async (name) => {
    const messages = dialects[name]?.messages ?? [];
    expect(await found(asTables(messages), name)).toEqual([]);
    expect(await found(asListings(messages), name)).toEqual([]);
  });

  const buses = Object.keys(dialects).filter((name) => name.startsWith('ffa-'));
  /** A bus in one text with what it carries. */
  const whole = (bus: string): StatedMessage[] => {
    const carried = irOf(bus).carries?.split('/')[1] ?? '';
    const own = dialects[bus]?.messages ?? [];
    return [...(dialects[carried]?.messages ?? []), ...own.map((m) => ({ ...m, cls: 'bus' }))];
  };

  it.each(buses)('of the bus %s, with what it carries, differ nowhere', async (bus) => {
    const own = dialects[bus]?.messages.length ?? 0;
    expect(own).toBeGreaterThan(4);
    const result = await against(asTables(whole(bus)), bus);
    expect(result.findings.map(brief)).toEqual([]);
    expect(result.messages).toBe(whole(bus).length);
  });

  it('of a bus tell what is changed in them, and what is left out', async () => {
    const text = asTables(whole('ffa-v1'));
    const plant = async (from: RegExp, to: string): Promise<string[]> => {
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      return (await found(changed, 'ffa-v1')).map((f) => f.replace(/^\d+ /, ''));
    };
    const version = /(busdef\{VERSION\}[\s\S]*?Request & 0 & )4( )/;
    expect(await plant(version, '$12$2')).toEqual(['size VERSION.request.bus_version']);
    expect(await plant(/(busref\{VERSION\} & 0x)80/, '$199')).toEqual(['id VERSION']);
    expect(await plant(/(busref\{VERSION\} & 0x80 & )Driver/, '$1Device')).toEqual(['sender VERSION']);
    expect(await plant(/\\busdef\{FIFO_CONFIGURE\}[\s\S]*?end\{tabular\}/, '')).toEqual(['lacking FIFO_CONFIGURE']);
    expect(await plant(/\\busref\{FIFO_CONFIGURE\}.*\n|\\busdef\{FIFO_CONFIGURE\}[\s\S]*?end\{tabular\}/g, '')).toEqual(
      ['lacking FIFO_CONFIGURE'],
    );
  });

  it('written as structs tell the member that differs', async () => {
    const text = asListings(dialects['v1-2026']?.messages ?? []);
    const moved = text.replace('le64 length;', 'le32 length;');
    expect(moved).not.toBe(text);
    expect((await found(moved, 'v1-2026')).map((f) => f.replace(/^\d+ /, ''))).toEqual([
      'size GET_SHM.response.length',
      'offset GET_SHM.response.address',
    ]);
  });
});

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

describe('constants', () => {
  // virtio-msg-wire.md, section 3.1: device_bus_state 0x0001 added (old name ready), 0x0002 removed, ranges above.
  const table = (...rows: string[]): string =>
    `\n\\begin{tabular}{|l|l|l|}\n\\hline\nConstant & Value & Meaning \\\\\n\\hline\n${rows.join('\n')}\n\\end{tabular}\n`;
  const row = (name: string, value: string): string => `DEVICE\\_BUS\\_STATE\\_${name} & ${value} & A state. \\\\`;
  const ranges = ['Reserved & 0x0003-0x7FFF & \\\\', 'Implementation-defined & 0x8000-0xFFFF & \\\\'];
  const of = async (...rows: string[]): Promise<string[]> =>
    (await found(rfc3 + table(...rows, ...ranges))).map((f) => f.replace(/^\d+ /, ''));

  it('are compared with the enumeration that their names begin with', async () => {
    expect(await of(row('READY', '0x0001'), row('REMOVED', '0x0002'))).toEqual([]);
    expect(await of(row('READY', '0x0001'), row('REMOVED', '0x0003'))).toEqual(['value device_bus_state.REMOVED']);
    expect(await of(row('ADDED', '0x0001'), row('REMOVED', '0x0002'))).toEqual(['name device_bus_state.READY']);
    expect(await of(row('READY', '0x0001'))).toEqual(['lacking device_bus_state.REMOVED']);
    const sleeping = row('SLEEPING', '0x0007');
    expect(await of(row('READY', '0x0001'), row('REMOVED', '0x0002'), sleeping)).toEqual(['unknown device_bus_state']);
  });

  it('have their line in the schema', async () => {
    const { findings } = await placed(rfc3 + table(row('READY', '1'), row('REMOVED', '3')), 'rfc3');
    expect(findings).toMatchObject([{ text: 'DEVICE_BUS_STATE_REMOVED = 0x03', dialect: 'REMOVED = 0x02' }]);
    const { file = '', line = 0 } = findings[0]?.schema ?? {};
    expect(readFileSync(path(file), 'utf8').split('\n')[line - 1]).toMatch(/REMOVED: \{ value: 0x0002/);
  });

  it('of other names are none of ours', async () => {
    const other = table('VIRTIO\\_MSG\\_F\\_STRICT & 0 & A bit. \\\\', 'VENDOR\\_MAGIC & 7 & A number. \\\\');
    expect(await found(rfc3 + other)).toEqual([]);
  });
});

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

describe('vwire drift', () => {
  const edited = changed('& 4 & 4 & Vendor ID', '& 4 & 8 & Vendor ID');

  it('ends with 0 where text and dialect say the same', () => {
    const run = vwire(['drift', FIXTURE, 'rfc3']);
    expect(run).toMatchObject({ code: 0, stdout: '0 differences to virtio-msg/rfc3 in 17 messages, 96 lines\n' });
  });

  it('names the nearest dialect where none is named, reads standard input, and ends with 1', () => {
    const run = vwire(['drift', '-'], { input: edited });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('<stdin>:49:3: GET_DEVICE_INFO response (transport): size differs\n');
    expect(run.stdout).toMatch(/\n {11}schema\/virtio-msg\/rfc2\.yaml:\d+:\d+\n/);
    expect(run.stdout).toContain('no dialect was named; nearest of 12: rfc3 (1), ');
  });

  it('tells the same as JSON', () => {
    const run = vwire(['drift', '--json', '-', 'qemu'], { input: edited });
    const result = JSON.parse(run.stdout) as Drift;
    expect(result).toMatchObject({ dialect: 'rfc3', messages: 17 });
    expect(result.findings).toMatchObject([
      {
        kinds: ['size'],
        message: 'GET_DEVICE_INFO',
        body: 'response',
        field: 'vendor_id',
        place: { line: 49, column: 3 },
      },
    ]);
  });

  it('ends with 2 where it is used wrongly', () => {
    const unknown = vwire(['drift', FIXTURE, 'rfc33']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('unknown dialect "rfc33"; did you mean "rfc3"');
    const missing = vwire(['drift', 'none.tex', 'rfc3']);
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toContain('there is no file "none.tex"');
  });

  it('keeps within the width it is given, and colours only what it is told to', async () => {
    const same = (text: string): string => text;
    const paint = { bold: same, red: same, yellow: same, cyan: same, dim: same };
    const text = renderDrift(await against(edited.replace('Vendor ID', 'Vendor ID, '.repeat(40))), {
      width: 60,
      paint,
    });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(text).not.toContain('\u001b');
  });
});
