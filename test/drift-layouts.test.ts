import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { against, brief, found, irOf } from './support/drift.js';
import { path } from './support/schema.js';
import { asListings, asTables, type StatedMessage } from './support/spec-text.js';

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
