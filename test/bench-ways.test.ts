import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeCase, encodeCase, streamDecodeCase, WrongSubject } from '../bench/dist/codec-case.js';
import { decodeStream } from '../bench/dist/hand.js';
import { QUICK } from '../bench/dist/measure.js';
import { addingWay } from '../bench/dist/ways/adding.js';
import { chosenOf } from '../bench/dist/ways/main.js';
import { measureWay } from '../bench/dist/ways/measure-way.js';
import { ways } from '../bench/dist/ways/plan.js';
import { renderWays } from '../bench/dist/ways/render-ways.js';
import { nameOf, streamByHalves, toHand, toOther } from '../bench/dist/ways/way.js';
import { vwire } from './support/vwire.js';

const all = ways();

describe('the ways of calling', () => {
  it.each(all.map((way) => [nameOf(way), way] as const))('%s comes to the right result', (_, way) => {
    way.verify();
  });

  it('are not timed where they, or what they are compared with, come to a wrong one', () => {
    const wrong = decodeCase('wrong', 'EVENT_AVAIL', () => 1);
    const writesNothing = encodeCase('wrong', 'SET_VQUEUE', () => 48);
    const forgetsHalves = streamByHalves('wrong', decodeStream, () => 0);
    const right = streamDecodeCase('right', decodeStream);
    for (const way of [
      toHand(wrong),
      toHand(writesNothing),
      toHand(forgetsHalves),
      toOther(right, forgetsHalves),
      toOther(forgetsHalves, right),
      addingWay('wrong', () => 1),
    ])
      expect(() => measureWay(way, QUICK), nameOf(way)).toThrow(WrongSubject);
  });

  it('are measured to what they are compared with', () => {
    const [way] = all;
    const { message, op, baseline } = way!;
    const row = measureWay(way!, { samples: 3, sampleMs: 1, warmMs: 2 });
    expect(row).toMatchObject({ message, op, baseline, way: way!.way });
    expect(row.ratio).toBeGreaterThan(0);
    const text = renderWays([{ ...row, ratio: 1.5, bytesPerOp: 16 }], ['one'], 'here');
    for (const part of ['here', `${message} ${op}, to: ${baseline}`, '1.50×', '16 B', 'wrong, not measured: one'])
      expect(text).toContain(part);
  });

  it('are chosen by words that a row has all of', () => {
    const names = (only: string | null) => chosenOf(all, only).map((i) => nameOf(all[i]!));
    expect(names(null)).toHaveLength(all.length);
    expect(names('m1, Encode').length).toBeGreaterThan(1);
    for (const name of names('m1, Encode')) expect(name).toMatch(/^M1 .* encode,/);
    expect(() => names('M1,M2')).toThrow('--only M1,M2: there is no row of all of that');
  });

  it('are those of the page, all of them', () => {
    const page = readFileSync(new URL('../docs/performance.md', import.meta.url), 'utf8');
    const sections = page.slice(page.indexOf('## In a hot loop'), page.indexOf('## Where it is not what we wanted'));
    const rows = sections.split('\n').filter((line) => /^\| M\d /.test(line));
    const told = rows.map((line) => {
      const cells = line.replaceAll(/[`*]/g, '').split('|').slice(1, -1);
      const [what, way, to] = [cells[0], cells[1], cells.length === 4 ? 'by hand' : cells[2]];
      return [what, way, to].map((cell) => cell!.trim());
    });
    expect(told).toEqual(all.map(({ message, op, way, baseline }) => [`${message.slice(0, 2)} ${op}`, way, baseline]));
  });

  it('are asked for by --ways', () => {
    for (const args of [
      ['--ways', '--peers'],
      ['--ways', '--heap'],
      ['--tools', '--ways'],
      ['--ways', '--quick', '--only', 'M9'],
    ])
      expect(vwire(['bench', ...args]).code, args.join(' ')).toBe(2);
  });
});
