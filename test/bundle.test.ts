import { gzipSync } from 'node:zlib';
import { IrStore } from '@virtio-wire/generator';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { DIALECTS, subpath } from './support/vectors.js';
import { root } from './support/vwire.js';

/** Size in bytes of what a user ships who writes these lines. */
async function shipped(source: string): Promise<{ minified: number; gzipped: number; text: string }> {
  const result = await build({
    stdin: { contents: source, resolveDir: `${root}test`, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    write: false,
  });
  const text = result.outputFiles[0]?.text ?? '';
  return { minified: Buffer.byteLength(text), gzipped: gzipSync(text, { level: 9 }).length, text };
}

describe('a bundle', () => {
  it.each(DIALECTS)('with everything of %s stays within 2.9 kB a body, 420 bytes gzipped', async (dialect) => {
    const bodies = new IrStore(`${root}generated/ir`).dialect(dialect)?.index.ir.bodies.length ?? 0;
    const { minified, gzipped } = await shipped(`export * from '@virtio-wire/codecs/${subpath(dialect)}';`);
    expect(minified).toBeGreaterThan(10_000);
    expect(minified).toBeLessThanOrEqual(2_900 * bodies);
    expect(gzipped).toBeLessThanOrEqual(420 * bodies);
  });

  it.each([
    ['EVENT_AVAIL.event', 'vq_index, next_offset, next_wrap'],
    ['SET_VQUEUE.request', 'index, size, descriptor_addr, driver_addr_lo, driver_addr_hi, device_addr_number'],
    ['GET_DEVICES.response', 'offset, count, bitmap_offset, bitmap_length, bitmap_bit'],
  ])('with check and readers of %s alone stays within 2 kB and has no View in it', async (body, readers) => {
    for (const dialect of ['rfc2', 'rfc2+token', 'rfc3', 'v1-2026']) {
      const { minified, text } = await shipped(
        `export { check, ${readers} } from '@virtio-wire/codecs/virtio-msg/${dialect}/${body}';`,
      );
      expect(text).toContain('getUint16');
      expect(text).not.toMatch(/class|describe|encode|decode/);
      expect(minified).toBeLessThanOrEqual(2_000);
    }
  });

  it('that imports one body through the index has no other body in it', async () => {
    const one = await shipped(
      `import { EVENT_USED_event as e } from '@virtio-wire/codecs/virtio-msg/rfc3'; export const f = (v, p, end) => e.check(v, p, end) || e.vq_index(v, p);`,
    );
    expect(one.text).toContain('EVENT_USED');
    expect(one.text).not.toMatch(/EVENT_AVAIL|SET_VQUEUE|PING/);
    expect(one.minified).toBeLessThanOrEqual(5_000);
  });
});
