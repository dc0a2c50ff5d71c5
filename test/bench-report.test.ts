import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cases } from '../bench/dist/cases.js';
import { chart } from '../bench/dist/chart/chart.js';
import { logScale } from '../bench/dist/chart/scale.js';
import type { Results } from '../bench/dist/main.js';
import { kept, pagesNow, recorded, resultsPath } from '../bench/dist/record.js';
import { refusedCases } from '../bench/dist/refused.js';
import { renderText } from '../bench/dist/render-text.js';
import { select } from '../bench/dist/select.js';
import { subjects } from '../bench/dist/subjects.js';
import type { Measured } from '../bench/dist/task.js';
import { root, vwire } from './support/vwire.js';

const machine = { cpu: 'A <fast> & "odd" one', cores: 2, node: 'v20.0.0', v8: '11.3', kernel: 'Linux 6.1, x64' };
const row = (subject: string, op: string, ratio: number, more: Partial<Measured> = {}): Measured => ({
  subject,
  message: 'M1 EVENT_AVAIL',
  op,
  ratio,
  p25: ratio * 0.9,
  p75: ratio * 1.1,
  ns: 5 * ratio,
  handNs: 5,
  bytesPerOp: 0,
  family: 'ours',
  ...more,
});

/** Tags of an XML text, each opened one closed in order; entities known. Throws where it is not well-formed. */
function tagsOf(xml: string): string[] {
  const open: string[] = [];
  const seen: string[] = [];
  const token = /<(\/?)([a-z]+)((?: [A-Za-z:0-9-]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)(\/?)>|([^<]+)/y;
  for (let at = 0; at < xml.length; at = token.lastIndex) {
    const match = token.exec(xml);
    if (match === null) throw new Error(`not XML at ${at}: ${xml.slice(at, at + 60)}`);
    const [, close, name, , empty, text] = match;
    if (text !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot);)|>/.test(text)) throw new Error(`text not escaped: ${text}`);
    } else if (close) {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      seen.push(name!);
      if (!empty) open.push(name!);
    }
  }
  if (open.length > 0) throw new Error(`<${open.join('><')}> is not closed`);
  return seen;
}

describe('the chart of the benchmark', () => {
  it('is well-formed XML, whatever the names hold', () => {
    const rows = [row('ours', 'decode', 0.9), row('<b> & "c"', 'decode', 4000, { family: 'library', layout: 'own' })];
    const tags = tagsOf(chart(rows, machine));
    expect(tags[0]).toBe('svg');
    expect(tags.filter((t) => t === 'circle')).toHaveLength(2);
    expect(() => tagsOf('<g><text></g></text>')).toThrow(/closes nothing/);
    expect(tagsOf(chart([], machine))).toContain('text');
  });

  it('has a panel per message and direction, and a ring for what was measured together', () => {
    const rows = [
      row('ours', 'decode', 0.9),
      row('ours', 'encode', 0.5),
      row('ours', 'decode', 1.4, { together: true }),
      row('bus', 'round trip', 3, { family: 'runtime' }),
    ];
    const svg = chart(rows, machine);
    expect(svg.match(/class="panel"/g)).toHaveLength(2);
    expect(svg.match(/class="ring"/g)).toHaveLength(1);
    expect(svg).not.toContain('bus');
    expect(chart(rows, machine, ['encode']).match(/class="panel"/g)).toHaveLength(1);
  });

  it('has a logarithmic axis that holds 1 and every ratio', () => {
    const scale = logScale([0.24, 3100], 100);
    expect(scale.decades).toEqual([0.1, 1, 10, 100, 1000, 10000]);
    expect(scale.at(0.1)).toBe(0);
    expect(scale.at(1)).toBeCloseTo(20);
    expect(scale.at(100)).toBeCloseTo(60);
    expect(scale.at(1e9)).toBe(100);
    expect(scale.at(0)).toBe(0);
  });
});

describe('what is measured', () => {
  const all = subjects();
  const chosen = (only: string | null): string[] => all.map((s) => s.name).filter(select(only, all).subject);

  it('is everything unless --only names subjects or messages', () => {
    expect(chosen(null)).toHaveLength(all.length);
    expect(select(null, all).message('M1 EVENT_AVAIL')).toBe(true);
  });

  it('is a subject by its whole name before those that hold it', () => {
    expect(chosen('C')).toEqual(['C']);
    expect(chosen('proto')).toEqual(['protobufjs', 'protobuf-es']);
    expect(chosen('AVSC, C').sort()).toEqual(['C', 'avsc']);
  });

  it('is a message by number or name, of the subjects that are named', () => {
    const { bySubject, message, subject } = select('M1,event_avail,flyweight', all);
    expect(bySubject).toBe(true);
    expect([message('M1 EVENT_AVAIL'), message('M2 SET_VQUEUE')]).toEqual([true, false]);
    expect([subject('flyweight'), subject('avsc')]).toEqual([true, false]);
    expect(select('M6', all).bySubject).toBe(false);
  });

  it('is every figure of the page on speed, by the words it names', () => {
    const page = readFileSync(`${root}docs/performance.md`, 'utf8');
    const [, targets] = page.split(/^\| \| goal.*\n.*\n/m);
    const rows = targets!.split('\n\n')[0]!.split('\n');
    expect(rows.length).toBeGreaterThan(10);
    const known = [...cases(), ...refusedCases()];
    for (const row of rows) {
      const only = row.match(/ `([^`]+)` \|$/)?.[1] ?? `no command in: ${row}`;
      const { message, subject } = select(only, all);
      const [, wanted] = row.match(/^\| (M\d)?/)!;
      const measured = known.filter((c) => subject(c.subject) && message(c.message));
      expect(
        measured.some((c) => c.message.startsWith(wanted ?? 'M') && (wanted !== undefined || c.op === 'refuse')),
        row,
      ).toBe(true);
    }
  });

  it('is one operation of them, where one is named', () => {
    expect(select('M1,C', all).operations).toBeNull();
    const { bySubject, message, operations } = select('m1,Encode', all);
    expect(operations).toEqual(['encode']);
    expect(bySubject).toBe(false);
    expect([message('M1 EVENT_AVAIL'), message('M2 SET_VQUEUE')]).toEqual([true, false]);
    expect(select('decode, encode', all).operations?.toSorted()).toEqual(['decode', 'encode']);
  });

  it('cannot be what there is not', () => {
    expect(() => select('M9', all)).toThrow(/--only m9 is no subject, no message and no operation/);
    const run = vwire(['bench', '--only', 'M9']);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/no subject, no message and no operation[\s\S]*flatbuffers/);
    // Addresses are halves or bigints; there is no row of neither.
    const none = vwire(['bench', '--quick', '--only', 'M2,free functions,decode']);
    expect([none.code, none.stdout]).toEqual([2, '']);
    expect(none.stderr).toContain('there is no row of all of that');
    expect(vwire(['bench', '--record', '--quick']).code).toBe(2);
  });
});

describe('the results', () => {
  it('are JSON with one object per row, the machine told apart', () => {
    const run = vwire(['bench', '--quick', '--json', '--only', 'free functions,M1']);
    expect(run.stderr).toMatch(/cores; Node v\d+.*, V8 [\d.]+/);
    expect(run.code).toBe(0);
    const rows = JSON.parse(run.stdout) as Record<string, unknown>[];
    expect(rows.map((r) => [r.subject, r.message, r.op])).toEqual([
      ['free functions', 'M1 EVENT_AVAIL', 'decode'],
      ['free functions', 'M1 EVENT_AVAIL', 'encode'],
    ]);
    for (const r of rows)
      for (const key of ['ratio', 'p25', 'p75', 'ns', 'bytesPerOp']) expect(r[key], key).toEqual(expect.any(Number));
    // No progress and no colours where nobody looks.
    expect(run.stderr + run.stdout).not.toContain('\x1b');
  });

  it('of an earlier run can be reported again, and nothing else is taken for one', () => {
    const run = vwire(['bench', '--from', 'docs/bench/results.json', '--json']);
    const { rows } = JSON.parse(readFileSync(`${root}docs/bench/results.json`, 'utf8')) as Results;
    expect(JSON.parse(run.stdout)).toEqual(rows);
    const other = vwire(['bench', '--from', 'package.json']);
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('package.json: no results of a run')]);
  });

  it('are not measured for a picture that cannot be written', () => {
    const run = vwire(['bench', '--svg', 'no/such/folder/ratios.svg']);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('there is no folder no/such/folder')]);
  });

  it('name what was not measured and why', () => {
    const missing = [{ subject: 'C', reason: 'no C compiler' }];
    const wrong = [{ subject: 'odd', reason: 'byte 3' }];
    const text = renderText({ machine, pairs: 15, rows: [row('ours', 'decode', 0.9)], unavailable: missing, wrong });
    expect(text).toContain('C: not measured: no C compiler');
    expect(text).toContain('odd: wrong, not measured: byte 3');
  });

  it('tell of bad messages in a sentence, not in the table', () => {
    const bad = (subject: string, ratio: number): Measured => row(subject, 'refuse', ratio);
    const rows = [row('ours', 'decode', 0.9), bad('bad: short header', 0.8), bad('bad: truncated', 1.25)];
    const results: Results = { machine, pairs: 15, rows, unavailable: [], wrong: [] };
    const page = recorded(results, pagesNow(), []).get('README.md');
    expect(page).toContain('A bad message costs at most 1.25 times a good one: of 2 kinds, truncated.');
    expect(page).not.toContain('| bad:');
    expect(renderText(results)).toContain('M1 EVENT_AVAIL refuse, to a good one');
  });

  it('of another Node have a file and a column of their own, and leave the README alone', () => {
    const on = (node: string, ratio: number): Results => {
      const rows = [row('free functions', 'decode', ratio), row('free functions', 'encode', 0.7)];
      return { machine: { ...machine, node }, pairs: 61, rows, unavailable: [], wrong: [] };
    };
    const files = recorded(on('v24.1.0', 0.95), pagesNow(), [on('v24.0.0', 9), on('v20.0.0', 0.9)]);
    expect([...files.keys()]).toEqual(['docs/bench/results-node24.json', 'docs/performance.md']);
    const page = files.get('docs/performance.md');
    expect(page).toContain('| | goal 20 / 24 | Node 20 | Node 24 |');
    // Its own goal is lower, and 0.95 above it.
    expect(page).toContain('| M1, checked | 1 / 0.9 | 0.90 | **0.95** | `M1,free functions,decode` |');
    expect(page).toContain('* `npx vwire bench --record --node 24`: medians of 61 pairs; A <fast>');
    expect(page).toContain('Node v24.1.0');
    expect(page).not.toContain('v24.0.0');
  });

  it('in the repository are whole runs: tables and charts are made of docs/bench/results*.json', () => {
    const runs = kept();
    expect(runs.map(resultsPath)).toContain('docs/bench/results.json');
    for (const results of runs) {
      expect(results.wrong).toEqual([]);
      for (const [path, content] of recorded(results, pagesNow(), runs))
        expect(
          readFileSync(`${root}${path}`, 'utf8') === content,
          `${path}: vwire bench --from ${resultsPath(results)} --record, or npm run bench`,
        ).toBe(true);
    }
    for (const name of ['decode', 'encode']) tagsOf(readFileSync(`${root}docs/bench/${name}.svg`, 'utf8'));
  });
});
