import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOKEN, type TokenEvent, type TokenState } from '../../runtime/dist/core/correlation/token-machine.js';
import { Tokens } from '../../runtime/dist/core/correlation/tokens.js';
import { step } from '../../runtime/dist/core/table.js';
import { runs } from './support/properties.js';

const limits = { maxInFlightPerBus: 3, maxZombies: 2, tokenQuarantine: 3 };
const debt = (device = 1, serial = 1) => ({ name: 'GET_CONFIG' as const, device, serial });

describe('tokens', () => {
  it('go round in a circle and never are 0', () => {
    const tokens = new Tokens({ ...limits, tokenQuarantine: 0 });
    // No `expect` inside: the first that is wrong is looked at.
    let i = 1;
    while (i <= 65535 && tokens.allocate() === i) tokens.answered(i++);
    expect(i).toBe(65536);
    expect(tokens.allocate()).toBe(1);
  });

  it('refuse a pool too small for the protection to hold', () => {
    expect(() => new Tokens(limits, 23)).toThrow(
      new RangeError('a pool of 23 tokens, at least 24 and at most 65535 are needed'),
    );
    expect(() => new Tokens(limits, 65536)).toThrow(RangeError);
    expect(() => new Tokens(limits, Number.NaN)).toThrow(RangeError);
    expect(new Tokens(limits, 24).available).toBe(true);
    // Limits that no pool is large enough for get the whole of it.
    expect(new Tokens({ ...limits, maxInFlightPerBus: 60_000 }).available).toBe(true);
    expect(() => new Tokens({ ...limits, maxInFlightPerBus: 60_000 }, 65534)).toThrow(RangeError);
  });

  it('are not used again before as many releases as the quarantine is long', () => {
    const tokens = new Tokens(limits, 24);
    const first = tokens.allocate();
    tokens.answered(first);
    for (let later = 1; later <= 3; later++) {
      expect(tokens.stateOf(first)).toBe('quarantined');
      expect(tokens.response(first, 'GET_CONFIG', 1)).toBe('duplicate');
      tokens.answered(tokens.allocate());
    }
    expect(tokens.stateOf(first)).toBe('free');
    expect(tokens.response(first, 'GET_CONFIG', 1)).toBe('stale');
  });

  it('leave quarantine early when no other is free, and are gone when none is', () => {
    const tokens = new Tokens(limits, 24);
    const all = Array.from({ length: 24 }, () => tokens.allocate());
    expect(tokens.available).toBe(false);
    expect(tokens.allocate()).toBe(0);
    tokens.answered(all[5]!);
    expect(tokens.available).toBe(true);
    expect(tokens.allocate()).toBe(all[5]);
  });

  it('stay zombies until their own late response comes', () => {
    const tokens = new Tokens(limits, 24);
    const token = tokens.allocate();
    expect(tokens.abandoned(token, debt())).toBeNull();
    expect(tokens.response(token, 'GET_VQUEUE', 1)).toBe('mismatch');
    expect(tokens.response(token, 'GET_CONFIG', 2)).toBe('mismatch');
    expect(tokens.stateOf(token)).toBe('zombie');
    expect(tokens.response(token, 'GET_CONFIG', 1)).toBe('late');
    expect(tokens.stateOf(token)).toBe('quarantined');
    expect(tokens.zombies).toBe(0);
  });

  it('give the oldest zombie up for lost when there are too many', () => {
    const tokens = new Tokens(limits, 24);
    const [a, b, c] = [tokens.allocate(), tokens.allocate(), tokens.allocate()] as [number, number, number];
    expect([a, b].map((t) => tokens.abandoned(t, debt()))).toEqual([null, null]);
    expect(tokens.abandoned(c, debt())).toBe('lost_response');
    expect([a, b, c].map((t) => tokens.stateOf(t))).toEqual(['quarantined', 'zombie', 'zombie']);
  });

  it('are freed by a barrier only if older, of that device, and not of the bus', () => {
    const tokens = new Tokens({ ...limits, maxZombies: 9 }, 24);
    const onTheBus = (['PING', 'GET_DEVICES'] as const).map((name) => ({ ...debt(1, 5), name }));
    const debts = [debt(1, 5), debt(1, 7), debt(2, 5), ...onTheBus];
    const given = debts.map((d) => {
      const token = tokens.allocate();
      tokens.abandoned(token, d);
      return token;
    });
    tokens.barrier(1, 7);
    expect(given.map((t) => tokens.stateOf(t))).toEqual(['free', 'zombie', 'zombie', 'zombie', 'zombie']);
    tokens.epoch();
    expect(given.map((t) => tokens.stateOf(t))).toEqual(new Array(5).fill('free'));
    expect(tokens.zombies).toBe(0);
  });

  it('take any response, whatever its token', () => {
    const tokens = new Tokens(limits, 24);
    for (const token of [0, 1, 24, 25, 65535]) expect(tokens.response(token, 'PING', 0)).toBe('stale');
    // And none of them made a token that is not there.
    expect(Array.from({ length: 25 }, () => tokens.allocate())).toEqual(
      [...Array(24).keys()].map((i) => i + 1).concat(0),
    );
  });

  it('are all alike, the first and the last', () => {
    const tokens = new Tokens(limits, 24);
    const all = Array.from({ length: 24 }, () => tokens.allocate());
    for (const token of [1, 24]) tokens.abandoned(token, debt());
    expect([1, 24].map((t) => tokens.response(t, 'GET_CONFIG', 1))).toEqual(['late', 'late']);
    expect([1, 24].map((t) => tokens.response(t, 'GET_CONFIG', 1))).toEqual(['duplicate', 'duplicate']);
    tokens.epoch();
    expect(all.map((t) => tokens.stateOf(t))).toEqual(new Array(24).fill('free'));
  });

  it('that left the quarantine are not in it any more', () => {
    const tokens = new Tokens(limits, 24);
    const all = Array.from({ length: 24 }, () => tokens.allocate());
    for (const token of all.slice(0, 5)) tokens.answered(token);
    // The two that were too many for it, then the three in it, oldest first.
    expect(Array.from({ length: 5 }, () => tokens.allocate()).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
    expect([tokens.available, tokens.allocate()]).toEqual([false, 0]);
  });

  it('are not given back by who does not have them', () => {
    const tokens = new Tokens(limits, 24);
    expect(() => tokens.answered(3)).toThrow('token 3 is free: answered');
    expect(() => tokens.unsent(3)).toThrow('token 3 is free: unsent');
    expect(tokens.stateOf(3)).toBe('free');
  });

  it('do what the table says, in every order of events', () => {
    const kinds = ['allocate', 'answered', 'abandoned', 'unsent', 'response', 'barrier', 'epoch'] as const;
    const action = fc.tuple(fc.constantFrom(...kinds), fc.nat({ max: 30 }), fc.nat({ max: 1 }));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const tokens = new Tokens(limits, 24);
        const model: TokenState[] = new Array(25).fill('free');
        const quarantine: number[] = [];
        let zombies: { token: number; device: number }[] = [];
        const tell = (token: number, type: TokenEvent['type']): string | undefined => {
          const result = step(TOKEN, model[token]!, null, { type });
          expect(result.row).not.toBeNull();
          model[token] = result.state;
          return result.effects[0];
        };
        const retire = (token: number): void => {
          quarantine.push(token);
          if (quarantine.length > limits.tokenQuarantine) tell(quarantine.shift()!, 'aged');
        };
        const used = (n: number): number | undefined => {
          const all = model.flatMap((s, t) => (s === 'used' ? [t] : []));
          return all[n % Math.max(1, all.length)];
        };
        for (const [kind, n, device] of actions) {
          const token = used(n);
          if (kind === 'allocate') {
            if (!model.includes('free', 1) && quarantine.length > 0) tell(quarantine.shift()!, 'aged');
            const given = tokens.allocate();
            expect(given !== 0).toBe(model.includes('free', 1));
            if (given !== 0) tell(given, 'allocate');
          } else if (kind === 'epoch') {
            tokens.epoch();
            model.forEach((s, t) => {
              if (s !== 'free') tell(t, 'epoch');
            });
            quarantine.length = 0;
            zombies = [];
          } else if (kind === 'barrier') {
            tokens.barrier(device, 1);
            for (const z of zombies) if (z.device === device) tell(z.token, 'barrier');
            zombies = zombies.filter((z) => z.device !== device);
          } else if (kind === 'response') {
            if (n < 1 || n > 24 || model[n] === 'used') continue;
            const zombie = zombies.find((z) => z.token === n);
            const count = tokens.response(n, 'GET_CONFIG', zombie?.device ?? device);
            expect(count).toBe(tell(n, 'response'));
            zombies = zombies.filter((z) => z.token !== n);
            if (zombie !== undefined) retire(n);
          } else if (token !== undefined) {
            if (kind === 'abandoned') {
              tell(token, kind);
              zombies.push({ token, device });
              const lost = tokens.abandoned(token, debt(device, 0));
              expect(lost).toBe(zombies.length > limits.maxZombies ? 'lost_response' : null);
              if (lost !== null) {
                const oldest = zombies.shift()!.token;
                tell(oldest, 'overflow');
                retire(oldest);
              }
            } else {
              tell(token, kind);
              tokens[kind](token);
              if (kind === 'answered') retire(token);
            }
          }
          expect(model.slice(1)).toEqual(Array.from({ length: 24 }, (_, i) => tokens.stateOf(i + 1)));
        }
      }),
      runs(),
    );
  });
});
