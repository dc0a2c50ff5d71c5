import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compiled } from '../../runtime/dist/core/compiled.js';
import {
  REPLY,
  type ReplyContext,
  type ReplyEvent,
  type ReplyState,
} from '../../runtime/dist/core/correlation/reply-machine.js';
import {
  REQUEST,
  type RequestContext,
  type RequestEvent,
  type RequestState,
  requestFault,
} from '../../runtime/dist/core/correlation/request-machine.js';
import { TOKEN, type TokenEvent } from '../../runtime/dist/core/correlation/token-machine.js';
import { dispatcher } from '../../runtime/dist/core/dispatch.js';
import { sorted } from '../../runtime/dist/core/sorted.js';
import { type Machine, step } from '../../runtime/dist/core/table.js';
import { walk } from './support/walk.js';

const both = [true, false];
const request = (idempotent: boolean, reset: boolean): RequestContext => ({
  idempotent,
  reset,
  retries: idempotent ? 2 : 0,
  pausing: false,
  sent: false,
  answered: false,
});
const requestEvents = (): RequestEvent[] => [
  { type: 'submit', refusal: 'too_big', room: true },
  { type: 'submit', refusal: null, room: true },
  { type: 'submit', refusal: null, room: false },
  { type: 'token' },
  { type: 'refused' },
  { type: 'writable' },
  ...both.flatMap((fits) => both.map((early): RequestEvent => ({ type: 'response', fits, early }))),
  { type: 'older_settled' },
  { type: 'overflow' },
  ...both.map((token): RequestEvent => ({ type: 'timer', token })),
  { type: 'cancel' },
  { type: 'limit_lowered' },
  { type: 'device_reset' },
  { type: 'device_removed' },
  { type: 'bus_down', code: 'peer_dead' },
];
const requestStarts = both.flatMap((idempotent) =>
  both.map((reset) => ({ state: 'new' as RequestState, context: request(idempotent, reset) })),
);

const replyEvents = (): ReplyEvent[] => [
  ...both.map((first): ReplyEvent => ({ type: 'answer', first })),
  ...both.flatMap((first) => both.map((benign): ReplyEvent => ({ type: 'threw', first, benign }))),
  { type: 'older_sent' },
  { type: 'discard' },
  { type: 'timer' },
  { type: 'device_reset' },
  { type: 'device_removed' },
  { type: 'bus_down' },
];
const replyStarts = both.map((reset) => ({ state: 'open' as ReplyState, context: { reset } as ReplyContext }));
const tokenEvents = (): TokenEvent[] =>
  (['allocate', 'answered', 'abandoned', 'unsent', 'response', 'overflow', 'barrier', 'aged', 'epoch'] as const).map(
    (type) => ({ type }),
  );

describe('the table of one request', () => {
  it('is walked whole, and settles a request once, with its timer stopped and its token let go', () => {
    const { missing } = walk(
      REQUEST,
      { starts: requestStarts, events: requestEvents, depth: 12 },
      (before, event, effects, after) => {
        if (before.state === 'settled')
          expect(effects).toEqual(event.type === 'response' ? [{ do: 'drop', code: 'duplicate' }] : []);
        if (effects.some((e) => e.do === 'deliver')) expect(after.context.answered).toBe(true);
        const done = effects.filter((e) => e.do === 'deliver' || e.do === 'fail').length;
        const settles = before.state !== 'settled' && after.state === 'settled';
        expect([before.state, event, done]).toEqual([before.state, event, settles ? 1 : 0]);
        if (!settles || before.state === 'new') return;
        const ran = event.type === 'timer' || before.state === 'held';
        expect(effects.some((e) => e.do === 'disarm')).toBe(!ran);
        if (event.type === 'bus_down' || before.state === 'held' || before.context.pausing) return;
        const released = effects.filter((e) => e.do === 'abandon' || e.do === 'release' || e.do === 'answered').length;
        expect(released).toBe(before.state === 'waiting' && event.type === 'timer' ? 0 : 1);
      },
    );
    expect(missing).toEqual([]);
  });

  it('says unknown only of what was sent and may have changed something', () => {
    walk(REQUEST, { starts: requestStarts, events: requestEvents, depth: 12 }, (before, _event, effects) => {
      for (const e of effects) {
        if (e.do !== 'fail') continue;
        expect(e.outcome).toBe(before.context.sent && !before.context.idempotent ? 'unknown' : 'none');
      }
    });
  });
});

describe('a request that failed', () => {
  it('says in a sentence which, of which device, and why', () => {
    expect(requestFault('timeout', 'unknown', 'SET_CONFIG', 7)).toEqual({
      code: 'timeout',
      message: 'SET_CONFIG, device 7: timeout',
      outcome: 'unknown',
    });
  });
});

describe('the table of one token', () => {
  it('is walked whole', () => {
    const { missing } = walk(TOKEN, { starts: [{ state: 'free', context: null }], events: tokenEvents, depth: 6 });
    expect(missing).toEqual([]);
  });

  it('has no guards, so that the allocator may take it as a matrix', () => {
    expect(TOKEN.rows.filter((r) => r.guard !== null || typeof r.to === 'function')).toEqual([]);
    const keys = TOKEN.rows.flatMap((r) => r.from.map((state) => `${state} ${r.on}`));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the table of one reply', () => {
  it('is walked whole, and sends at most one response, in turn', () => {
    const { missing } = walk(
      REPLY,
      { starts: replyStarts, events: replyEvents, depth: 6 },
      (before, event, effects, after) => {
        const sent = effects.filter((e) => e.do === 'send').length;
        expect(sent).toBe(before.state !== 'sent' && after.state === 'sent' ? 1 : 0);
        if (sent === 1 && 'first' in event) expect(event.first).toBe(true);
      },
    );
    expect(missing).toEqual([]);
  });
});

describe.each([
  ['compiled', compiled],
  ['sorted', sorted],
] as const)('a table that is %s', (_how, make) => {
  const agrees = <S extends string, C, E extends { readonly type: string }, F>(
    machine: Machine<S, C, E, F>,
    starts: readonly { state: S; context: C }[],
    events: () => readonly E[],
  ): number => {
    const run = make(machine);
    return walk(machine, { starts, events, depth: 12 }, (before, event) => {
      const one = structuredClone(before.context);
      const other = structuredClone(before.context);
      const effects: F[] = [];
      const expected = step(machine, before.state, one, event);
      const state = run(before.state, other, event, (effect) => effects.push(effect));
      expect(state).toBe(expected.row === null ? null : expected.state);
      expect(effects).toEqual(expected.effects);
      expect(other).toEqual(one);
    }).steps;
  };

  it('takes the same row as step, with the same effects, everywhere', () => {
    expect(agrees(REQUEST, requestStarts, requestEvents)).toBeGreaterThan(100);
    expect(agrees(REPLY, replyStarts, replyEvents)).toBeGreaterThan(20);
    expect(agrees(TOKEN, [{ state: 'free', context: null }], tokenEvents)).toBeGreaterThan(20);
  });

  it('takes no row where no guard holds, and none for a state or an event without rows', () => {
    type Context = { open: boolean };
    const machine: Machine<'a' | 'b', Context, { readonly type: 'go' | 'stay' }, 'went'> = {
      name: 'test',
      section: '0',
      states: ['a', 'b'],
      rows: [
        {
          from: ['a'],
          on: 'go',
          guard: { says: 'open', holds: (c) => c.open },
          to: 'b',
          act: (_c, _e, emit) => emit('went'),
          source: ['C'],
        },
      ],
    };
    const effects: string[] = [];
    const run = (state: 'a' | 'b', open: boolean, type: 'go' | 'stay') =>
      make(machine)(state, { open }, { type }, (e) => effects.push(e));
    expect([run('a', false, 'go'), run('a', true, 'stay'), run('b', true, 'go')]).toEqual([null, null, null]);
    expect(effects).toEqual([]);
    expect([run('a', true, 'go'), effects]).toEqual(['b', ['went']]);
  });

  it('follows a row whose next state is a function', () => {
    const machine: Machine<'a' | 'b', { to: 'a' | 'b' }, { readonly type: 'go' }, never> = {
      name: 'test',
      section: '0',
      states: ['a', 'b'],
      rows: [{ from: ['a'], on: 'go', guard: null, to: (c) => c.to, act: null, source: ['C'] }],
    };
    expect(make(machine)('a', { to: 'b' }, { type: 'go' }, () => {})).toBe('b');
  });
});

describe('a program that may not make code of text', () => {
  afterEach(() => vi.unstubAllGlobals());

  const refuse = (reason: Error): void => {
    const refusing = function refusing(): never {
      throw reason;
    };
    vi.stubGlobal('Function', refusing);
  };

  it('has the rows looked for in lists, and is told of everything else that is wrong', () => {
    refuse(new EvalError('Code generation from strings disallowed for this context'));
    const run = dispatcher(REPLY);
    const effects: unknown[] = [];
    expect(run('open', { reset: false }, { type: 'answer', first: true }, (e) => effects.push(e))).toBe('sent');
    expect(effects).toEqual([{ do: 'disarm' }, { do: 'send' }]);
    refuse(new SyntaxError('Unexpected token'));
    expect(() => dispatcher(REPLY)).toThrow(new SyntaxError('Unexpected token'));
  });

  it('runs a bus all the same', () => {
    const script = `
      import { DeviceBus, DriverBus, loopback, SharedMemory } from '@virtio-wire/runtime';
      const { ends } = loopback();
      const memory = new SharedMemory([{ base: 0, bytes: new Uint8Array(65536) }]);
      const devices = new DeviceBus({ medium: ends[1], dialect: 'rfc3', memory });
      devices.add(5, { id: 4, features: [], queues: [16], start() {}, kick() {} });
      const driver = await DriverBus.open({ medium: ends[0], dialect: 'rfc3', memory: { memory, base: 0, length: 65536 } });
      console.log([...driver.devices.keys()].join());
      await driver.close();`;
    const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', script];
    const { status, stdout, stderr } = spawnSync(process.execPath, flags, { cwd: 'runtime', encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '5\n', stderr: '' });
  });
});
