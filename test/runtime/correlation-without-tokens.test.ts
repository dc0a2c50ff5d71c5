import { describe, expect, it } from 'vitest';
import type { RequestMessage } from '../../runtime/dist/core/correlation/effect.js';
import { brief, get, make, reply, set, setReply } from './support/request-table.js';

describe('without tokens', () => {
  it('one request of a device is in flight, and found by device and message id', () => {
    const t = make('rfc2');
    expect(brief(t.submit(get()).effects)).toEqual(['send 1 t0', 'arm 1 1000']);
    expect(brief(t.submit(set(1)).effects)).toEqual(['arm 2 1000']);
    expect(brief(t.submit(get(2)).effects)[0]).toBe('send 3 t0');
    expect(brief(t.response(setReply(0)))).toEqual(['drop stale']);
    expect(brief(t.response(reply(0)))).toEqual(['cancel 1', 'done 1', 'send 2 t0', 'arm 2 1000']);
    expect(brief(t.response(reply(0, 1, 5)))).toEqual(['drop stale']);
    const head = { name: 'SET_DEVICE_STATUS' as const, device: 1, token: 0 };
    expect(brief(t.malformed(head, 'bad_size'))[1]).toBe('fail 2 bad_size unknown');
    t.submit(set(15));
    expect(brief(t.response(setReply(0, 15)))).toEqual(['cancel 4', 'done 4']);
  });

  it('a message id is not used again while a response to it may come', () => {
    const t = make('rfc2');
    t.submit(get());
    expect(brief(t.timer(1))).toEqual(['fail 1 timeout none']);
    expect(brief(t.submit(get()).effects)).toEqual(['arm 2 1000']);
    // Another one could be sent, and does not overtake the one that waits.
    expect(brief(t.submit(set(1)).effects)).toEqual(['arm 3 1000']);
    expect(brief(t.response(reply(0)))).toEqual(['drop late', 'send 2 t0', 'arm 2 1000']);
    expect(brief(t.response(reply(0)))).toEqual(['cancel 2', 'done 2', 'send 3 t0', 'arm 3 1000']);
  });

  it('a new bus epoch ends that', () => {
    const t = make('rfc2');
    t.cancel(t.submit(get()).id);
    expect(brief(t.submit(get()).effects)).toEqual(['arm 2 1000']);
    t.busDown();
    t.busUp();
    expect(brief(t.submit(get()).effects)).toEqual(['send 3 t0', 'arm 3 1000']);
  });

  it('an answered reset ends that, and is let through itself', () => {
    const t = make('rfc2');
    t.cancel(t.submit(get()).id);
    t.cancel(t.submit(set(1)).id);
    expect(brief(t.submit(set(0)).effects)[0]).toBe('send 3 t0');
    // The late one to the write of 1, told by its content.
    expect(brief(t.response(setReply(0, 1)))).toEqual(['drop late']);
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 3', 'done 3']);
    expect(brief(t.submit(set(1)).effects)[0]).toBe('send 4 t0');
    t.response(setReply(0, 1));
    expect(brief(t.submit(get()).effects)[0]).toBe('send 5 t0');
  });

  it('as many late responses are waited for as are owed, whether to a write or to a reset', () => {
    const t = make('rfc2');
    t.cancel(t.submit(set(1)).id);
    t.cancel(t.submit(set(0)).id);
    expect(brief(t.submit(set(2)).effects)).toEqual(['arm 3 1000']);
    expect(brief(t.response(setReply(0, 1)))).toEqual(['drop late']);
    expect(brief(t.response(setReply(0, 0)))).toEqual(['drop late', 'send 3 t0', 'arm 3 1000']);
    expect(brief(t.response(setReply(0, 2)))).toEqual(['cancel 3', 'done 3']);
    // Nothing is owed any more that the answer to a reset could not make good.
    t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 4', 'done 4']);
    expect(brief(t.submit(set(1)).effects)[0]).toBe('send 5 t0');
  });

  it('late responses to other messages do not pay for a reset', () => {
    const t = make('rfc2');
    t.cancel(t.submit(get()).id);
    t.cancel(t.submit(set(0)).id);
    expect(brief(t.response(reply(0)))).toEqual(['drop late']);
    t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 3', 'done 3']);
    expect(brief(t.submit(set(1)).effects)).toEqual(['arm 4 1000']);
  });

  it.each([1, 2])('a reset voids what is older again once the late answers to %i given up before have come', (n) => {
    const t = make('rfc2');
    for (let i = 0; i < n; i++) t.cancel(t.submit(set(0)).id);
    for (let i = 0; i < n; i++) expect(brief(t.response(setReply(0, 0)))).toEqual(['drop late']);
    t.cancel(t.submit(get()).id);
    const { id } = t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual([`cancel ${id}`, `done ${id}`]);
    expect(brief(t.submit(get()).effects)[0]).toBe(`send ${id + 1} t0`);
  });

  it('a reset answered after a reset given up leaves one response to come', () => {
    const t = make('rfc2');
    t.cancel(t.submit(set(0)).id);
    t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 2', 'done 2']);
    expect(brief(t.submit(set(1)).effects)).toEqual(['arm 3 1000']);
    expect(brief(t.response(setReply(0, 0)))).toEqual(['drop late', 'send 3 t0', 'arm 3 1000']);
  });

  it('what comes after a reset given up and one answered is forgiven by the next answer to a reset', () => {
    const t = make('rfc2');
    t.cancel(t.submit(set(0)).id);
    t.submit(get());
    // It ends the request before it, whose answer may still come.
    t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 3', 'done 3']);
    // That was the answer to the first of the two resets, or to the second: nobody can tell.
    expect(brief(t.submit(get()).effects)).toEqual(['arm 4 1000']);
    t.cancel(4);
    t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 5', 'done 5']);
    expect(brief(t.submit(get()).effects)).toEqual(['send 6 t0', 'arm 6 1000']);
  });

  it('a reset that the medium was full for is one reset, and its answer forgives as much as any', () => {
    const t = make('rfc2');
    t.submit(set(0));
    t.refused(1);
    expect(brief(t.writable())).toEqual(['send 1 t0']);
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 1', 'done 1']);
    t.cancel(t.submit(get()).id);
    t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 3', 'done 3']);
    expect(brief(t.submit(get()).effects)).toEqual(['send 4 t0', 'arm 4 1000']);
  });

  it('an answer that can be no other’s shows that nothing older will come', () => {
    const t = make('rfc2');
    t.cancel(t.submit(set(0)).id);
    t.cancel(t.submit(get()).id);
    const info: RequestMessage = { ...get(), name: 'GET_DEVICE_INFO' } as RequestMessage;
    const { id, effects } = t.submit(info);
    expect(brief(effects)[0]).toBe(`send ${id} t0`);
    expect(brief(t.submit(set(1)).effects)).toEqual(['arm 4 1000']);
    const head = { name: 'GET_DEVICE_INFO' as const, device: 1, token: 0 };
    expect(brief(t.malformed(head, 'bad_size'))).toEqual([
      'cancel 3',
      'fail 3 bad_size none',
      'send 4 t0',
      'arm 4 1000',
    ]);
  });

  it('a number used again after a removal is no excuse', () => {
    const t = make('rfc2');
    t.submit(get());
    t.deviceRemoved(1);
    expect(brief(t.submit(get()).effects)).toEqual(['arm 2 1000']);
  });
});
