import { describe, expect, it } from 'vitest';
import { DIALECTS, malformed, traceLines, traceNames, vectors } from './support/vectors.js';
import { jsonl, vwire } from './support/vwire.js';

interface Answer {
  header?: unknown;
  fields?: unknown;
  size?: number;
  class?: string;
  message?: string;
  kind?: string;
  surplus?: { offset: number; length: number };
  error?: {
    code: string;
    message: string;
    field: string;
    offset: number;
    expected: unknown;
    got: unknown;
    candidates?: string[];
  };
  findings?: { rule: string; layer: string; field: string; offset: number; got: unknown; expected: unknown }[];
  frames?: (Answer & { at: string })[];
}

const decodeAll = (entries: readonly unknown[], ...args: string[]): Answer[] =>
  jsonl('decode', entries, ...args).lines as Answer[];

describe('decode --jsonl', () => {
  it('has vectors of every dialect of the schema to work on', () => {
    expect([...new Set(vectors.map((v) => v.dialect))].sort()).toEqual([...DIALECTS].sort());
    expect(vectors.length).toBe(1622 + 55);
  });

  it('gives header, fields and size of every vector when the entry names its body', () => {
    const answers = decodeAll(
      vectors.map(({ dialect, class: c, message, kind, hex }) => ({ dialect, class: c, message, kind, hex })),
    );
    vectors.forEach((v, i) => {
      expect(
        { header: answers[i]?.header, fields: answers[i]?.fields, size: answers[i]?.size },
        `${v.dialect} ${v.message} ${v.kind} ${v.set}`,
      ).toEqual({
        header: v.header,
        fields: v.fields,
        size: v.size,
      });
    });
  });

  it('finds class, message and kind of every vector by its bytes alone', () => {
    const answers = decodeAll(vectors.map(({ dialect, hex }) => ({ dialect, hex })));
    vectors.forEach((v, i) => {
      const { error } = answers[i] as { error?: { code: string; candidates?: string[] } };
      if (error?.code === 'ambiguous') {
        // The only header without a response bit.
        expect(v.dialect).toBe('qemu-2024-0');
        expect(error.candidates).toContain(`${v.class}.${v.message}.${v.kind}`);
        return;
      }
      expect([answers[i]?.class, answers[i]?.message, answers[i]?.kind, answers[i]?.fields]).toEqual([
        v.class,
        v.message,
        v.kind,
        v.fields,
      ]);
    });
  });

  it.each(malformed)('$name: $verdict under $profile is told by layer $layer', (entry) => {
    const [answer] = decodeAll([entry]);
    const layers = [...(answer?.error === undefined ? [] : ['codec']), ...(answer?.findings ?? []).map((f) => f.layer)];
    if (entry.verdict === 'accept') expect(layers).toEqual([]);
    else expect(layers).toContain(entry.layer);
    if (entry.layer === 'codec' && entry.verdict !== 'accept') expect(answer?.fields).toBeUndefined();
    else expect(answer?.fields).toBeDefined();
  });

  const STRUCTURAL: Record<string, string> = {
    truncated: 'truncated',
    'fixed part does not fit': 'short_body',
    'counted tail does not fit': 'short_tail',
    'msg_size below header': 'size_below_header',
    'unknown id': 'unknown_id',
    'frame size': 'frame_size',
  };

  it.each(malformed.filter((m) => m.structural !== undefined))(
    '$name: $structural has its own error code with numbers',
    (entry) => {
      const [answer] = decodeAll([entry]);
      expect(answer?.error?.code).toBe(STRUCTURAL[entry.structural ?? '']);
      expect(answer?.error?.message).toMatch(/\d/);
      expect(answer?.error?.offset).toBeGreaterThanOrEqual(0);
      expect(answer?.error?.expected).not.toBe(answer?.error?.got);
    },
  );

  it('answers line for line in order, whatever the lines are', () => {
    const lines = [
      '{"dialect":"rfc3","hex":"0002000003000800","mark":1}',
      'not json',
      '',
      '[1,2]',
      '{"note":"no frame"}',
      '{"dialect":"rfc3","hex":"00020","mark":2}',
      '\u0000\ufffd',
      '{"dialect":"rfc9","hex":"00","mark":3}',
    ];
    const answers = decodeAll(lines) as (Answer & { mark?: number; note?: string; line?: string })[];
    expect(answers).toHaveLength(lines.length);
    expect(answers.map((a) => a.error?.code)).toEqual([
      undefined,
      'bad_json',
      'bad_json',
      'bad_json',
      undefined,
      'bad_hex',
      'bad_json',
      'unknown_dialect',
    ]);
    expect(answers[0]).toMatchObject({ mark: 1, message: 'GET_DEVICE_INFO', kind: 'request' });
    expect(answers[1]?.line).toBe('not json');
    expect(answers[4]).toEqual({ note: 'no frame' });
    expect(answers[5]?.mark).toBe(2);
    expect(answers[7]?.error?.expected).toContain('rfc3');
  });

  it('judges direction only when the entry gives one', () => {
    const used = { dialect: 'rfc3', profile: 'pr28', hex: '0042000000000c0000000000' };
    const [free, wrong, right] = decodeAll([
      used,
      { ...used, dir: 'driver->device' },
      { ...used, dir: 'device->driver' },
    ]);
    expect(free?.findings).toBeUndefined();
    expect(wrong?.findings?.map((f) => f.rule)).toEqual(['direction']);
    expect(right?.findings).toBeUndefined();
  });

  it('takes an alias for its bytes and its rules, and lets --profile insist on others', () => {
    const zeroToken = { hex: '0007010000000800' };
    const rules = (a: Answer | undefined) => a?.findings?.map((f) => f.rule) ?? [];
    const [rfc3, pr28, qemu] = decodeAll([
      { ...zeroToken, dialect: 'rfc3' },
      { ...zeroToken, dialect: 'pr28' },
      { ...zeroToken, dialect: 'qemu' },
    ]);
    expect([rules(rfc3), rules(pr28), rules(qemu)]).toEqual([['token'], [], []]);
    const [insisted] = decodeAll([{ ...zeroToken, dialect: 'pr28' }], '--profile', 'rfc3');
    expect(rules(insisted)).toEqual(['token']);
  });

  it('reports bytes behind the known content as surplus and leaves bytes behind the message to the carrier', () => {
    const status = '01070100010010000300000000000000';
    const [surplus, carrier] = decodeAll([
      { dialect: 'rfc3', hex: status },
      { dialect: 'rfc3', hex: `01070100010 00c00030000 00ffffffff`.replace(/ /g, '') },
    ]);
    expect(surplus).toMatchObject({ size: 16, surplus: { offset: 12, length: 4 }, fields: { status: 3 } });
    expect(carrier).toMatchObject({ size: 12, fields: { status: 3 } });
    expect(carrier?.surplus).toBeUndefined();
  });

  it.each(traceNames)('loses no frame of %s', (name) => {
    const lines = traceLines(name);
    const answers = decodeAll(lines);
    expect(answers).toHaveLength(lines.length);
    lines.forEach((line, i) => {
      const entry = JSON.parse(line) as {
        hex?: string;
        req?: string;
        resp?: string | null;
        send?: string[];
        answers?: string[];
      };
      const frames = [entry.hex, entry.req, entry.resp, ...(entry.send ?? []), ...(entry.answers ?? [])].filter(
        (f) => typeof f === 'string',
      );
      const answer = answers[i] as Answer;
      const decoded = answer.frames ?? (frames.length === 0 ? [] : [answer]);
      expect(decoded).toHaveLength(frames.length);
      for (const frame of decoded)
        expect(frame.fields === undefined, JSON.stringify(frame)).toBe(frame.error !== undefined);
    });
  });

  it('shows the known deviations of QEMU: token 0 in bus answers, a GET_DEVICES answer with surplus', () => {
    const answers = decodeAll(traceLines('qemu-rng.jsonl'));
    const bus = answers.filter((a) => a.class === 'bus' && a.kind === 'response');
    expect(bus.map((a) => a.message)).toEqual(['GET_DEVICES', 'PING']);
    for (const a of bus) expect(a.findings?.map((f) => f.rule)).toContain('token');
    expect(bus[0]?.surplus).toEqual({ offset: 18, length: 28 });
  });

  it('finds nothing to object to in what a real Linux kernel sends', () => {
    for (const name of traceNames.filter((n) => n.startsWith('linux-'))) {
      const sent = decodeAll(traceLines(name)).filter((a) => (a as { dir?: string }).dir === 'driver->device');
      expect(sent.length).toBeGreaterThan(40);
      expect(sent.filter((a) => a.error !== undefined || a.findings !== undefined)).toEqual([]);
    }
  });

  it('exits 0 where nothing is wrong and 1 where something is', () => {
    expect(vwire(['decode', '--jsonl'], { input: '{"dialect":"rfc3","hex":"0002000003000800"}\n' }).code).toBe(0);
    expect(vwire(['decode', '--jsonl'], { input: '{"dialect":"rfc3","hex":"00"}\n' }).code).toBe(1);
  });
});

describe('encode --jsonl', () => {
  const encodeAll = (entries: readonly unknown[]) =>
    jsonl('encode', entries).lines as {
      hex?: string;
      size?: number;
      error?: { code: string; field: string };
      findings?: { field: string }[];
    }[];

  it('gives the bytes of every vector', () => {
    const answers = encodeAll(
      vectors.map(({ dialect, class: c, message, kind, header, fields }) => ({
        dialect,
        class: c,
        message,
        kind,
        header,
        fields,
      })),
    );
    vectors.forEach((v, i) => {
      expect([answers[i]?.hex, answers[i]?.size], `${v.dialect} ${v.message} ${v.kind} ${v.set}`).toEqual([
        v.hex,
        v.size,
      ]);
    });
  });

  const avail = { dialect: 'rfc3', class: 'transport', message: 'EVENT_AVAIL', kind: 'event', header: { dev_num: 1 } };

  it('takes a word, its parts, or both where they agree', () => {
    const answers = encodeAll([
      { ...avail, fields: { vq_index: 1, next_offset_wrap: 2147483653 } },
      { ...avail, fields: { vq_index: 1, next_offset: 5, next_wrap: 1 } },
      { ...avail, fields: { vq_index: 1, next_offset_wrap: 2147483653, next_offset: 5, next_wrap: 1 } },
      { ...avail, fields: { vq_index: 1, next_offset_wrap: 2147483653, next_offset: 6, next_wrap: 1 } },
    ]);
    expect(answers.slice(0, 3).map((a) => a.hex)).toEqual(Array(3).fill('00410100000010000100000005000080'));
    expect(answers[3]?.error).toMatchObject({ code: 'disagreement', field: 'next_offset' });
  });

  it('computes msg_size, ignores a given size, and objects to a msg_size that differs', () => {
    const [answer] = encodeAll([
      { ...avail, size: 99, header: { dev_num: 1, msg_size: 20 }, fields: { vq_index: 1, next_offset_wrap: 0 } },
    ]);
    expect(answer).toMatchObject({ hex: '00410100000010000100000000000000', size: 16 });
    expect(answer?.findings?.map((f) => f.field)).toEqual(['msg_size']);
  });

  it('writes reserved values that are given and zero where they are not', () => {
    const setVqueue = {
      dialect: 'rfc3',
      class: 'transport',
      message: 'SET_VQUEUE',
      kind: 'request',
      header: { token: 1 },
      fields: { index: 0, size: 4, descriptor_addr: '18446744073709551615', driver_addr: 0, device_addr: '0' },
    };
    const [zero, given] = encodeAll([setVqueue, { ...setVqueue, fields: { ...setVqueue.fields, reserved1: 7 } }]);
    expect(zero?.hex?.slice(24, 32)).toBe('00000000');
    expect(given?.hex?.slice(40, 48)).toBe('07000000');
    expect(zero?.hex?.slice(48, 64)).toBe('ffffffffffffffff');
  });

  it('names the field of every value it cannot write', () => {
    const config = {
      dialect: 'rfc3',
      class: 'transport',
      message: 'SET_CONFIG',
      kind: 'request',
      fields: { generation: 0, offset: 0, length: 2, data: 'abcd' },
    };
    const bad: [Record<string, unknown>, string, string][] = [
      [{ ...config.fields, length: 3 }, 'disagreement', 'length'],
      [{ ...config.fields, offset: 2 ** 32 }, 'out_of_range', 'offset'],
      [{ ...config.fields, offset: -1 }, 'out_of_range', 'offset'],
      [{ ...config.fields, offset: 'many' }, 'bad_value', 'offset'],
      [{ ...config.fields, data: 'abc' }, 'bad_value', 'data'],
      [{ ...config.fields, data: 'zz' }, 'bad_value', 'data'],
      [{ ...config.fields, offsett: 1 }, 'unknown_field', 'offsett'],
      [{ generation: 0, data: '' }, 'missing_field', 'offset'],
      [{ ...config.fields, data: '00'.repeat(65536), length: 65536 }, 'too_long', 'msg_size'],
    ];
    const answers = encodeAll(bad.map(([fields]) => ({ ...config, fields })));
    expect(answers.map((a) => [a.error?.code, a.error?.field])).toEqual(bad.map(([, code, field]) => [code, field]));
    expect(answers.every((a) => a.hex === undefined)).toBe(true);
  });

  it('says which bodies a bare message name may mean', () => {
    const [answer] = encodeAll([{ dialect: 'rfc3', message: 'PING', fields: { data: 1 } }]);
    expect(answer?.error).toMatchObject({ code: 'ambiguous', candidates: ['bus.PING.request', 'bus.PING.response'] });
  });
});
