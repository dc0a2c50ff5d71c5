import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { found, placed, rfc3 } from './support/drift.js';
import { path } from './support/schema.js';

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
