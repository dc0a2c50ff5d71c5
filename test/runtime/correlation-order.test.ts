import { describe, expect, it } from 'vitest';
import { brief, get, make, reply, set, setReply } from './support/request-table.js';

describe('order', () => {
  it('is kept for the caller in pr28: a response ahead of an older one is held', () => {
    const t = make('pr28');
    for (let i = 0; i < 3; i++) t.submit(get());
    expect(brief(t.response(reply(3)))).toEqual(['cancel 3', 'count early']);
    expect(brief(t.response(reply(3)))).toEqual(['drop duplicate']);
    expect(brief(t.response(reply(2)))).toEqual(['cancel 2', 'count early']);
    expect(brief(t.response(reply(1)))).toEqual(['cancel 1', 'done 1', 'done 2', 'done 3']);
  });

  it('leaves a held one alone when its timer or a full medium is told of all the same', () => {
    const t = make('pr28');
    for (let i = 0; i < 2; i++) t.submit(get());
    t.response(reply(2));
    expect(brief(t.timer(2))).toEqual(['count bad_state']);
    expect(t.refused(2)).toEqual([]);
    expect(t.writable()).toEqual([]);
    expect(brief(t.response(reply(1)))).toEqual(['cancel 1', 'done 1', 'done 2']);
  });

  it('is nobody else’s business than that device’s', () => {
    const t = make('pr28');
    t.submit(get(1));
    t.submit(get(2));
    expect(brief(t.response(reply(2, 1, 2)))).toEqual(['cancel 2', 'done 2']);
  });

  it('lets the held go when the older one fails, and not when it is only asked again', () => {
    const t = make('pr28');
    t.submit(set(1));
    t.submit(get());
    t.response(reply(2));
    expect(brief(t.timer(1))).toEqual(['fail 1 timeout unknown', 'done 2']);
    t.submit(get());
    t.submit(set(1));
    t.response(setReply(4));
    expect(brief(t.timer(3))).toEqual(['arm 3 50']);
    expect(brief(t.cancel(4))).toEqual(['fail 4 cancelled unknown']);
    expect(t.size.zombies).toBe(2);
  });

  it('may be asked for in any dialect, and be done without in pr28', () => {
    const strict = make('v1-2026', {}, { order: 'strict' });
    const relaxed = make('pr28', {}, { order: 'relaxed' });
    for (const t of [strict, relaxed]) for (let i = 0; i < 2; i++) t.submit(get());
    expect(brief(strict.response(reply(2)))).toEqual(['cancel 2', 'count early']);
    expect(brief(relaxed.response(reply(2)))).toEqual(['cancel 2', 'done 2']);
  });

  it('gives way when too many are held', () => {
    const t = make('pr28', { reorderBuffer: 1 });
    for (let i = 0; i < 4; i++) t.submit(get());
    t.response(reply(3));
    expect(brief(t.response(reply(4)))).toEqual([
      'cancel 4',
      'count early',
      'count limit',
      'bus_error limit',
      'done 3',
    ]);
    expect(brief(t.response(reply(1)))).toEqual(['cancel 1', 'done 1']);
    expect(brief(t.response(reply(2)))).toEqual(['cancel 2', 'done 2', 'done 4']);
  });
});
