import { readFileSync } from 'node:fs';
import { drift } from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { brief, changed, irOf, placed, rfc3 } from './support/drift.js';
import { path } from './support/schema.js';

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
