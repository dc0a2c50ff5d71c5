/** The process with the devices, started by the demo: `device-process.js SOCKET MEMORY BASE DIALECT DISK`. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { StreamMedium } from '../medium/stream.js';
import { FileMemory } from '../memory/file-memory.js';
import { DIALECTS, dialectNamed } from '../wire/dialects.js';
import { deviceSide } from './device-side.js';

const [path, memoryPath, base, name, diskPath] = process.argv.slice(2) as [string, string, string, string, string];
const dialect = dialectNamed(name) ?? DIALECTS['v1-2026'];
const memory = new FileMemory(memoryPath, Number(base));
const socket = connect(path);
await once(socket, 'connect');
socket.setNoDelay(true);
const devices = await deviceSide(new StreamMedium(socket, socket, { dialect }), memory, dialect.name, diskPath);

process.on('message', (wish) => {
  if (wish === 'plug in') devices.plugIn();
  else if (wish === 'pull out') devices.pullOut();
  else if (wish === 'counters') process.send?.(devices.counters());
  else if (wish === 'close') void devices.close().then(() => process.disconnect());
});
// Whoever started it is gone: nobody will say close.
process.on('disconnect', () => process.exit());
