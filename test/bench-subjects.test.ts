import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Case } from '../bench/dist/codec-case.js';
import { measureSubject } from '../bench/dist/measure-subject.js';
import type { KINDS, Records } from '../bench/dist/messages.js';
import { compileNative, startNative } from '../bench/dist/native.js';
import { eachKind, type Peer, type PeerCodec } from '../bench/dist/peer.js';
import { peerCases } from '../bench/dist/peer-cases.js';
import { load as loadBuffer } from '../bench/dist/peers/node-buffer.js';
import type { Told } from '../bench/dist/processes.js';
import { RINGS, ringTasks } from '../bench/dist/ring/ring-cases.js';
import { expectedSum } from '../bench/dist/ring/side.js';
import { TwoThreads } from '../bench/dist/ring/two-threads.js';
import { loadPeer, MESSAGES, type Subject, subjects } from '../bench/dist/subjects.js';
import { syncTask } from '../bench/dist/task.js';
import { Unavailable } from '../bench/dist/unavailable.js';

const folder = mkdtempSync(join(tmpdir(), 'vwire-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a child would tell of one subject. */
async function told(name: string, load: Subject['load']): Promise<Told[]> {
  const heard: Told[] = [];
  const subject: Subject = { name, family: 'library', load, together: null };
  const order = { subjects: [name], messages: MESSAGES, operations: null, quick: true, together: false };
  await measureSubject(order, (t) => void heard.push(t), [subject]);
  return heard;
}

/** A peer that is right but for what `change` does to one of its codecs. */
function spoiled(kind: (typeof KINDS)[number], change: (codec: PeerCodec) => Partial<PeerCodec>): Case[] {
  const right: Peer = loadBuffer();
  const codecs = eachKind((k) => {
    const codec = right.codecs[k] as PeerCodec;
    return k === kind ? { ...codec, ...change(codec) } : codec;
  });
  return peerCases({ name: 'spoiled', codecs });
}

const firstFault = (cases: readonly Case[]): string => {
  for (const c of cases)
    try {
      c.verify();
    } catch (error) {
      return (error as Error).message;
    }
  return 'none';
};

describe('the subjects of the benchmark', () => {
  it('come to the right fields and bytes, every library that is installed', async () => {
    const synchronous = subjects().filter((s) => s.together !== null);
    expect(synchronous.filter((s) => s.family === 'library')).toHaveLength(13);
    for (const subject of synchronous) {
      const cases = await subject.together!();
      expect(cases.length, subject.name).toBeGreaterThan(0);
      for (const c of cases) {
        expect(MESSAGES).toContain(c.message);
        expect(c.subject).toBe(subject.name);
        c.verify();
      }
    }
  });

  it('say what is of the wire and what has a layout of its own', async () => {
    const layouts = async (name: string): Promise<Set<unknown>> =>
      new Set((await subjects().find((s) => s.name === name)!.together!()).map((c) => c.layout));
    expect(await layouts('bebop')).toEqual(new Set(['wire']));
    expect(await layouts('flatbuffers')).toEqual(new Set(['wire', 'own']));
    expect(await layouts('msgpackr')).toEqual(new Set(['own']));
  });

  it('are refused for one byte that differs from the wire', () => {
    const cases = spoiled('SET_VQUEUE', (codec) => ({
      bytes: (record: never) => {
        const bytes = codec.bytes!(record);
        bytes[47]! ^= 1;
        return bytes;
      },
    }));
    expect(firstFault(cases)).toMatch(/^M2 SET_VQUEUE spoiled, message 0: written as 000a[0-9a-f]+, expected 000a/);
  });

  it('are refused for one field that is read otherwise', () => {
    const cases = spoiled('GET_DEVICE_INFO', (codec) => ({
      decode: (bytes: never) => ({ ...(codec.decode(bytes) as Records['GET_DEVICE_INFO']), admin_vq_count: 65535 }),
    }));
    expect(firstFault(cases)).toMatch(
      /^M5 GET_DEVICE_INFO spoiled, message 0: admin_vq_count is read as 65535, expected/,
    );
  });

  it('are refused for a field that is decoded but not read', () => {
    const sum = spoiled('SET_CONFIG', () => ({ read: () => 0 }));
    expect(firstFault(sum)).toMatch(/^M4 SET_CONFIG spoiled, message 0: the fields come to 0, expected/);
    const address = spoiled('SET_VQUEUE', () => ({
      read: (o: Records['SET_VQUEUE']) =>
        o.type + o.msg_id + o.dev_num + o.token + o.msg_size + o.index + o.reserved0 + o.size + o.reserved1,
    }));
    expect(firstFault(address)).toMatch(/^M2 SET_VQUEUE spoiled, message 0: address read as undefined, expected/);
  });

  it('are not timed when one message of the stream is wrong', async () => {
    const cases = spoiled('EVENT_USED', () => ({ read: () => 0 }));
    const heard = await told('spoiled', async () => cases.map((c) => syncTask(c)));
    expect(heard).toEqual([
      { wrong: { subject: 'spoiled', reason: expect.stringMatching(/^M6 1,000 mixed spoiled: the fields come to/) } },
    ]);
  });

  it('are told to be missing where they cannot be loaded', async () => {
    const heard = await told('absent', async () => {
      const peer = await loadPeer('./peers/absent.js');
      return peerCases(peer).map((c) => syncTask(c));
    });
    expect(heard).toEqual([
      {
        unavailable: {
          subject: 'absent',
          reason: expect.stringMatching(/^not installed \(npm ci\): Cannot find module/),
        },
      },
    ]);
  });
});

describe('two threads in the benchmark', () => {
  it('carry the right words, over the ring, its medium, a port and the ring by hand', async () => {
    const threads = new TwoThreads();
    try {
      for (const name of Object.keys(RINGS)) {
        const tasks = ringTasks(name, threads);
        expect(tasks.map((t) => t.op)).toEqual(expect.arrayContaining(['one way, each', 'round trip']));
        for (const task of tasks) await task.verify();
      }
      expect(await threads.oneWay('hand', 500, 64)).toBeGreaterThan(0);
      // A sum that is wrong is found: what the other thread reads is what this one wrote, and no more of it.
      expect(expectedSum(3)).not.toBe(expectedSum(2));
    } finally {
      await threads.close();
    }
  });
});

describe('C beside the benchmark', () => {
  it('is told to be missing where there is no compiler, or one that fails', () => {
    expect(() => compileNative(folder, 'no-such-cc')).toThrow(Unavailable);
    expect(() => compileNative(folder, 'no-such-cc')).toThrow(/no C compiler: no-such-cc was not found/);
    expect(() => compileNative(folder, 'false')).toThrow(/false does not compile bench\/native\/codec.c/);
  });

  it('comes to the right fields and bytes', async (context) => {
    let native: ReturnType<typeof startNative>;
    try {
      native = startNative();
    } catch (error) {
      if (error instanceof Unavailable) return context.skip(error.message);
      throw error;
    }
    for (const task of native.tasks) await task.verify();
    expect(native.tasks).toHaveLength(12);
    native.close();
  });
});
