import { spawn } from 'node:child_process';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../runtime/dist/medium/clock.js';
import { StreamMedium } from '../../runtime/dist/medium/stream.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import { Heard, message } from './support/medium-contract.js';
import { quiet, until } from './support/turns.js';

const dialect = DIALECTS['v1-2026'];

/** A clock whose timers run out by name: by their milliseconds. */
class HandClock implements Pick<Clock, 'after'> {
  readonly timers = new Set<{ ms: number; call: () => void }>();

  after(ms: number, call: () => void): () => void {
    const timer = { ms, call };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  expire(ms: number): void {
    for (const timer of [...this.timers].filter((t) => t.ms === ms)) {
      this.timers.delete(timer);
      timer.call();
    }
  }
}

/** Takes bytes and is never done with them until told. */
class Stuck extends Writable {
  readonly release: (() => void)[] = [];
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    this.release.push(done);
  }
}

describe('a stream medium', () => {
  it('gives the rest of a message 10 s from its first byte, not from its latest', async () => {
    const clock = new HandClock();
    const [input, output] = [new PassThrough(), new PassThrough()];
    const heard = new Heard(new StreamMedium(input, output, { dialect, clock }));
    input.write(message(8, 1));
    await until(() => heard.messages.length === 1);
    expect(clock.timers.size).toBe(0);
    input.write(message(20, 2).subarray(0, 1));
    await until(() => clock.timers.size === 1);
    const [first] = clock.timers;
    input.write(message(20, 2).subarray(1, 15));
    await quiet();
    expect([...clock.timers]).toEqual([first]);
    clock.expire(10_000);
    expect(heard.downs.map((d) => d.code)).toEqual(['timeout']);
    await quiet();
    expect(input.destroyed && output.destroyed).toBe(true);
    expect(heard.total).toBe(2);
    expect(clock.timers.size).toBe(0);
  });

  it('takes 1 MiB and one message for a peer that does not read, and more only when all is gone', async () => {
    const output = new Stuck({ highWaterMark: 64 * 1024 * 1024 });
    const medium = new StreamMedium(new PassThrough(), output, { dialect, maxMessage: 65535 });
    const heard = new Heard(medium);
    let taken = 0;
    while (medium.send(message(65535, 1)) === 'sent') taken++;
    expect(taken).toBe(17);
    await quiet();
    for (let i = 0; i < 16; i++) {
      await until(() => output.release.length > i);
      output.release[i]!();
      await quiet();
      expect(medium.send(message(8, 1))).toBe('full');
    }
    await until(() => output.release.length > 16);
    output.release[16]!();
    await until(() => heard.writables > 0);
    expect(medium.send(message(8, 1))).toBe('sent');
    expect(heard.writables).toBe(1);
  });

  it('gives up on a peer that does not read its last words', async () => {
    const clock = new HandClock();
    const output = new Stuck();
    const input = new PassThrough();
    const medium = new StreamMedium(input, output, { dialect, clock });
    const heard = new Heard(medium);
    medium.send(message(8, 1));
    medium.close();
    await quiet();
    expect(output.destroyed).toBe(false);
    clock.expire(5000);
    await quiet();
    expect(input.destroyed && output.destroyed).toBe(true);
    expect(heard.total).toBe(0);
  });

  it('reports an error of either stream once, with its cause, and closes both', async () => {
    for (const side of [0, 1]) {
      const pipes = [new PassThrough(), new PassThrough()] as const;
      const medium = new StreamMedium(...pipes, { dialect });
      const heard = new Heard(medium);
      const cause = new Error('EPIPE');
      pipes[side]!.destroy(cause);
      await quiet();
      expect(heard.downs).toEqual([{ code: 'bus_down', message: 'EPIPE', cause }]);
      expect(pipes.every((p) => p.destroyed)).toBe(true);
      expect(medium.send(message(8, 1))).toBe('down');
    }
  });

  it('hears what still comes when only its output is closed, as long as drainTimeout', async () => {
    for (const ends of [true, false]) {
      const clock = new HandClock();
      const [input, output] = [new PassThrough(), new PassThrough()];
      const medium = new StreamMedium(input, output, { dialect, clock });
      const heard = new Heard(medium);
      output.destroy();
      await quiet();
      expect(medium.send(message(8, 1))).toBe('down');
      input.write(message(8, 2));
      await until(() => heard.messages.length === 1);
      expect(heard.downs).toEqual([]);
      if (ends) input.end();
      else clock.expire(5000);
      await until(() => heard.downs.length > 0);
      clock.expire(5000);
      await quiet();
      expect(heard.downs.map((d) => d.code)).toEqual(['bus_down']);
      expect(input.destroyed).toBe(true);
      expect(clock.timers.size).toBe(0);
    }
  });

  it('hears the last words of a child process that exits', async () => {
    const program = `process.stdin.once('data', (d) => { process.stdout.write(d); process.stdin.destroy(); })`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    const medium = new StreamMedium(child.stdout, child.stdin, { dialect });
    const heard = new Heard(medium);
    expect(medium.send(message(100, 3))).toBe('sent');
    await until(() => heard.downs.length > 0);
    expect(heard.messages).toEqual([message(100, 3)]);
    expect(heard.downs.map((d) => d.code)).toEqual(['bus_down']);
  });

  it('keeps an error for a receiver that comes later, unless it was closed meanwhile', async () => {
    for (const closes of [false, true]) {
      const input = new PassThrough();
      const medium = new StreamMedium(input, new PassThrough(), { dialect });
      input.destroy(new Error('gone'));
      await quiet();
      const heard = new Heard(medium);
      if (closes) medium.close();
      await quiet();
      expect(heard.downs.length).toBe(closes ? 0 : 1);
    }
  });

  it('is down over streams that had ended before it was made', async () => {
    const input = new PassThrough();
    input.destroy();
    await quiet();
    const heard = new Heard(new StreamMedium(input, new PassThrough(), { dialect }));
    await until(() => heard.downs.length > 0);
    expect(heard.downs.length).toBe(1);
  });

  it('throws on bytes that are not as long as they say, and on streams of anything but bytes', () => {
    const medium = new StreamMedium(new PassThrough(), new PassThrough(), { dialect });
    const padded = new Uint8Array(40);
    padded.set(message(20, 1));
    expect(() => medium.send(padded)).toThrow(/msg_size says 20/);
    expect(() => new StreamMedium(new PassThrough({ objectMode: true }), new PassThrough(), { dialect })).toThrow(
      TypeError,
    );
    expect(() => new StreamMedium(new PassThrough().setEncoding('utf8'), new PassThrough(), { dialect })).toThrow(
      TypeError,
    );
  });

  it('lets a handler that sends at once be heard in order over pipes that deliver at once', async () => {
    const input = new PassThrough();
    const heard = new Heard(new StreamMedium(input, new PassThrough(), { dialect }));
    let depth = 0;
    heard.onMessage = (bytes) => {
      expect(++depth).toBe(1);
      if (bytes[8]! < 20) input.write(message(9, bytes[8]! + 1));
      depth--;
    };
    input.write(message(9, 0));
    await until(() => heard.messages.length > 20);
    expect(heard.messages.map((m) => m[8])).toEqual(Array.from({ length: 21 }, (_, i) => i));
  });
});
