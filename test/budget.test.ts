import { type Budget, budget, type DialectIndex, encode, IrStore } from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { path } from './support/schema.js';
import { DIALECTS } from './support/vectors.js';
import { vwire } from './support/vwire.js';

/** What buses of small messages can do. Expectations are those of the texts, and what the encoder makes of them. */
const store = new IrStore(path('generated/ir'));
const indexOf = (name: string): DialectIndex => store.dialect(name)?.index as DialectIndex;
const DEVICE = { featureBlocks: 2, configSize: 96, queues: 1 };
const of = (name: string, max: number, device: Partial<typeof DEVICE> = {}): Budget =>
  budget(indexOf(name).ir, max, { ...DEVICE, ...device });
const missing = (b: Budget): string[] => b.bodies.filter((x) => !x.fits).map((x) => x.key);

describe('the budget of a bus', () => {
  it('is what the texts say about 44, 52 and 264 bytes', () => {
    expect(missing(of('rfc3', 44))).toEqual(['transport.GET_VQUEUE.response', 'transport.SET_VQUEUE.request']);
    expect(missing(of('rfc3', 48))).toEqual([]);
    expect(missing(of('v1-2026', 51))).toEqual(['transport.GET_DEVICE_INFO.response']);
    expect(missing(of('v1-2026', 52))).toEqual([]);
    // 264 bytes less header and fixed part: not the 256 bytes of configuration that the text speaks of.
    expect(of('rfc3', 264).pieces).toMatchObject({ configRead: 244, configWritten: 244, configInEvent: 240 });
    expect(of('rfc3', 276).pieces.configRead).toBe(256);
    expect(of('rfc3', 280).pieces.configInEvent).toBe(256);
  });

  it('is that of the frame where every frame has the same size', () => {
    expect(of('alpha', 4096)).toMatchObject({
      room: 40,
      pieces: { featuresRead: 8, featuresWritten: 8, configRead: 32, configWritten: 32, configInEvent: 16 },
    });
    expect(of('qemu-2024-0', 40).pieces).toMatchObject({ featuresRead: 2, configRead: 4, configInEvent: 0 });
    expect(missing(of('alpha', 39))).toHaveLength(indexOf('alpha').ir.bodies.length);
  });

  it('ends where the size field of the header does', () => {
    expect(of('rfc3', 1 << 20)).toMatchObject({ room: 65535, most: 65536 });
  });

  it.each(DIALECTS)('%s: as many elements as it says can be encoded, and not one more', (name) => {
    const index = indexOf(name);
    const max = 104;
    for (const { key, array, fits } of of(name, max).bodies) {
      const body = index.ir.bodies.find((b) => b.key === key);
      const field = body?.fields.find((f) => f.name === array?.field);
      if (array === null || !fits || body === undefined || field === undefined || field.kind === 'int') continue;
      if (!('field' in field.count)) continue;
      const counter = field.count.field;
      const zeros = Object.fromEntries(body.fields.map((f) => [f.name, 0]));
      const size = (n: number): number => {
        const value =
          field.kind === 'ints' ? Array(n).fill(1) : '00'.repeat(array.unit === 'bits' ? Math.ceil(n / 8) : n);
        const made = encode(index, body, {}, { ...zeros, [field.name]: value, [counter]: n });
        return 'error' in made ? Number.NaN : made.size;
      };
      expect(size(array.elements), key).toBeLessThanOrEqual(max);
      expect(size(array.elements + 1), key).toBeGreaterThan(max);
    }
  });
});

describe('the initialisation of a device', () => {
  // reset, ACKNOWLEDGE, DRIVER, FEATURES_OK and its second look, DRIVER_OK; info; two of features.
  const ALWAYS = 9;

  it('takes a round trip per piece of features and configuration, and three per queue', () => {
    expect(of('rfc3', 264).initialisation).toMatchObject({ roundTrips: ALWAYS + 1 + 3, oneWay: 0 });
    expect(of('rfc3', 52).initialisation.roundTrips).toBe(ALWAYS + 3 + 3);
    expect(of('rfc3', 264, { queues: 3, configSize: 0 }).initialisation.roundTrips).toBe(ALWAYS + 9);
    expect(of('rfc3', 52, { featureBlocks: 10, configSize: 0, queues: 0 }).initialisation.roundTrips).toBe(ALWAYS + 2);
  });

  it('asks for the status where no answer tells it, and for the generation where GET_CONFIG does not', () => {
    const { roundTrips, oneWay } = of('qemu-2024-0', 40, { configSize: 8 }).initialisation;
    // Sent: five statuses, the features, a queue. Asked: info, five statuses, features, 2 generations and 2 pieces, 2 queues.
    expect({ roundTrips, oneWay }).toEqual({ roundTrips: 1 + 5 + 1 + 4 + 2, oneWay: 7 });
  });

  it('is not possible where one of its messages does not fit', () => {
    expect(of('rfc3', 44).initialisation.roundTrips).toBeNull();
    expect(of('rfc3', 44, { queues: 0 }).initialisation.roundTrips).toBe(ALWAYS + 4);
    expect(of('rfc3', 20).initialisation.roundTrips).toBeNull();
  });
});

describe('the command', () => {
  it('finds what does not fit, in at most 100 columns, and loads no back end', () => {
    const run = vwire(['budget', '--max', '44', 'rfc3'], { env: { NODE_DEBUG: 'esm' } });
    expect(run.code).toBe(1);
    for (const name of ['ts-morph', 'typescript', 'yaml', 'zod', 'handlebars'])
      expect(run.stderr).not.toContain(`node_modules/${name}/`);
    for (const line of run.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    expect(run.stdout).toContain('2 of 30 message bodies do not fit');
  });

  it('says as JSON what the library says, for the configuration of a device type', () => {
    const run = vwire(['budget', '--max', '264', 'rfc3', '--device', 'blk', '--json']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(run.stdout)).toEqual(of('rfc3', 264));
  });

  it.each([
    [['--max', '0'], '"0"'],
    [['--max', '64', 'blk'], 'family'],
    [['--max', '64', '--device', 'virtqueue'], '--config-size'],
  ])('is used wrongly with %j', (args, told) => {
    const run = vwire(['budget', ...args]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain(told);
  });
});
