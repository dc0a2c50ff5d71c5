import { compile, type Entry, FamilyIndex, type FamilyIR, MutationRunner } from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';

/** A list of items that differ in size, and a table of items of one size: elements that are structs by name. */
const DEMO = `
language: 1
protocol: demo
dialect: parts
title: Parts
doc: "A list and a table."
spec: demo
structs:
  item:
    doc: "An item that says how long it is."
    fields:
      - { name: length, type: u8, doc: d }
      - { name: kind, type: u16, doc: d }
      - { name: data, type: "u8[length]", doc: d }
  list:
    doc: "Items to the end."
    fields:
      - { name: id, type: u16, doc: d }
      - { name: items, type: "item[...]", doc: d }
  table:
    doc: "As many numbers as it says."
    fields:
      - { name: count, type: u8, doc: d }
      - { name: one, type: "u16[1]", doc: d }
      - { name: numbers, type: "u16[count]", doc: d }
`;

const LIST = {
  struct: 'list',
  fields: {
    id: '41473',
    'items[0].length': '2',
    'items[0].kind': '42244',
    'items[0].data': 'b1b2',
    'items[1].length': '3',
    'items[1].kind': '42758',
    'items[1].data': 'c1c2c3',
  },
  hex: '01a20204a5b1b20306a7c1c2c3',
};
const TABLE = {
  struct: 'table',
  fields: { count: '2', 'one[0]': '41473', 'numbers[0]': '41987', 'numbers[1]': '42501' },
  hex: '0201a203a405a6',
};
/** The same with a byte pair behind it that is none of its numbers. */
const LONGER = { ...TABLE, hex: `${TABLE.hex}07a8`, surplus: { offset: 7, length: 2 } };

const compiled = compile([{ file: 'schema/demo/parts.yaml', text: DEMO }]);
const index = new FamilyIndex(compiled.families[0] as FamilyIR);

function report(entries: readonly Entry[]) {
  const find = (_protocol: string | undefined, name: string) => {
    const named = index.find(name);
    return named === null ? null : { ...named, index };
  };
  const runner = new MutationRunner({ dialect: () => null, profile: () => null, struct: find, layout: () => null });
  runner.file('demo.json', entries);
  return runner.report('parts');
}

describe('mutants of a small family', () => {
  it('are all told by vectors that have something everywhere, and something behind what is counted', () => {
    expect(compiled.report.diagnostics).toEqual([]);
    const { wire, broken } = report([LIST, TABLE, LONGER]);
    expect([wire.survivors, broken]).toEqual([[], []]);
  });

  it('of an element are told by a vector of what it stands in, and by nothing else', () => {
    const { wire } = report([LIST]);
    expect(wire.survivors.filter((mutant) => / (item|list) /.test(mutant))).toEqual([]);
    expect(wire.killed).toContain('order item kind: u16 -> be16');
    expect(report([TABLE]).wire.survivors).toContain('order item kind: u16 -> be16');
  });

  it('of a struct with elements survive where its own vectors do not tell', () => {
    const zero = { ...LIST, fields: { ...LIST.fields, id: '0' }, hex: `0000${LIST.hex.slice(4)}` };
    expect(report([zero]).wire.survivors).toContain('order list id: u16 -> be16');
  });

  it('survive where a count and the rest of the bytes agree, and not where they differ', () => {
    const rest = 'count table numbers: count -> rest';
    expect(report([TABLE]).wire.survivors).toEqual(expect.arrayContaining([rest]));
    expect(report([TABLE, LONGER]).wire.killed).toContain(rest);
  });

  it('are not made where there is nothing to get wrong', () => {
    const { killed, survivors } = report([LIST, TABLE]).wire;
    const all = [...killed, ...survivors];
    expect(all).toContain('element-size table numbers: 2 -> 3');
    expect(all.filter((mutant) => /^element-size table one|^count list items/.test(mutant))).toEqual([]);
  });
});
