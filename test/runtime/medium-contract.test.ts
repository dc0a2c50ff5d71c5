import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type ListenOptions, type Socket, type TcpNetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll } from 'vitest';
import { loopback } from '../../runtime/dist/medium/loopback.js';
import type { Medium } from '../../runtime/dist/medium/medium.js';
import { RingMedium } from '../../runtime/dist/medium/ring/ring-medium.js';
import { ringMemory } from '../../runtime/dist/medium/ring/ring-memory.js';
import { StreamMedium } from '../../runtime/dist/medium/stream.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import { type Carrier, type CarrierOptions, mediumContract } from './support/medium-contract.js';

const dialect = DIALECTS['v1-2026'];
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medium-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A connected pair of sockets; the server listens no longer than that takes. */
async function sockets(listen: ListenOptions): Promise<readonly [Socket, Socket]> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(listen, done));
  const accepted = new Promise<Socket>((done) => server.once('connection', done));
  const address = server.address();
  const target = typeof address === 'string' ? { path: address } : { port: address!.port, host: '127.0.0.1' };
  const client = connect(target as TcpNetConnectOpts);
  await new Promise<void>((done) => client.once('connect', done));
  const serving = await accepted;
  server.close();
  return [client, serving];
}

const over = (socket: Socket, options: CarrierOptions): Medium =>
  new StreamMedium(socket, socket, { dialect, ...options });

function socketCarrier(name: string, listen: () => ListenOptions): Carrier {
  return {
    name,
    async join(options) {
      const [a, b] = await sockets(listen());
      return [over(a, options), over(b, options)];
    },
    async raw(options) {
      const [a, b] = await sockets(listen());
      // The far end has nothing to say about how it is hung up on.
      b.on('error', () => {}).resume();
      return { medium: over(a, options), write: (bytes) => b.write(bytes), end: () => b.end() };
    },
  };
}

let sequence = 0;
mediumContract(socketCarrier('a unix socket', () => ({ path: join(folder, `${sequence++}`) })));
mediumContract(socketCarrier('TCP on 127.0.0.1', () => ({ port: 0, host: '127.0.0.1' })));

mediumContract({
  name: 'a pair of pipes',
  async join(options) {
    const [there, back] = [new PassThrough(), new PassThrough()];
    return [
      new StreamMedium(back, there, { dialect, ...options }),
      new StreamMedium(there, back, { dialect, ...options }),
    ];
  },
  async raw(options) {
    const [there, back] = [new PassThrough(), new PassThrough()];
    back.resume();
    return {
      medium: new StreamMedium(there, back, { dialect, ...options }),
      write: (bytes) => there.write(bytes),
      end: () => there.end(),
    };
  },
});

mediumContract({
  name: 'the loopback',
  join: async (options) => loopback(options).ends,
  raw: 'it carries whole messages; no bytes can be wrong',
});

mediumContract({
  name: 'a ring in shared memory',
  async join({ maxMessage, backlog }) {
    // It is full by messages, not by bytes: as many of 100 bytes as the backlog lets in, and the slot that stays empty.
    const slots = Math.min(4096, Math.floor(backlog / 100) + 2);
    const memory = ringMemory({ maxMessage, slots });
    return [new RingMedium(memory, 'driver', { dialect }), new RingMedium(memory, 'device', { dialect })];
  },
  raw: 'it carries whole messages; a hostile ring is in medium-ring-hostile.test.ts',
});
