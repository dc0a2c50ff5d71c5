import { type Down, loopback, type Receiver } from '@virtio-wire/runtime';
import { describe, expect, it } from 'vitest';

/** Answers every message with one. */
const echo = (reply: () => void): Receiver => ({
  message: reply,
  writable: () => {},
  down: (_reason: Down) => {},
});

describe('two ends that answer each other for ever', () => {
  it('let timers and sockets have their turn', async () => {
    const { ends } = loopback();
    const ball = Uint8Array.of(1);
    let played = 0;
    const play = (end: (typeof ends)[number]) => (): void => {
      played++;
      end.send(ball);
    };
    for (const end of ends) end.receive(echo(play(end)));
    ends[0].send(ball);
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(played).toBeGreaterThan(1000);
    const before = played;
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 1));
    // It has gone on meanwhile, which is its right.
    expect(played).toBeGreaterThan(before);
    for (const end of ends) end.close();
  });
});

describe('a receiver that throws, which it must not', () => {
  it('is heard of as an uncaught error, and the medium goes on', async () => {
    const others = {
      error: process.listeners('uncaughtException'),
      rejection: process.listeners('unhandledRejection'),
    };
    const surfaced: string[] = [];
    process.removeAllListeners('uncaughtException').removeAllListeners('unhandledRejection');
    process.on('uncaughtException', (reason) => surfaced.push(`error: ${(reason as Error).message}`));
    process.on('unhandledRejection', () => surfaced.push('rejection'));
    try {
      const { ends } = loopback();
      const heard: number[] = [];
      ends[1].receive({
        ...echo(() => {}),
        message: ([byte]) => {
          heard.push(byte!);
          if (byte === 1) throw new Error('not my day');
        },
      });
      ends[0].send(Uint8Array.of(1));
      await new Promise((resolve) => setImmediate(resolve));
      ends[0].send(Uint8Array.of(2));
      await new Promise((resolve) => setImmediate(resolve));
      expect(heard).toEqual([1, 2]);
      expect(surfaced).toEqual(['error: not my day']);
    } finally {
      process.removeAllListeners('uncaughtException').removeAllListeners('unhandledRejection');
      for (const listener of others.error) process.on('uncaughtException', listener);
      for (const listener of others.rejection) process.on('unhandledRejection', listener);
    }
  });
});
