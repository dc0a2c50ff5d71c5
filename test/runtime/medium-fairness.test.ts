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
