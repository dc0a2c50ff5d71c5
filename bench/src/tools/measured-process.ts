import { spawn } from 'node:child_process';

/** What one process took. */
export interface Taken {
  readonly wallMs: number;
  /** Time of all its threads, so that work of other processes does not count; null where it ended before it could tell. */
  readonly cpuMs: number | null;
  /** Most memory it held at a time. */
  readonly peakMiB: number | null;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Loaded before anything else, says at the end what the process took, on a channel of its own. */
const PROBE = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs';
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(3, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMiB: maxRSS / 1024 }));
});`,
)}`;

/** Runs Node with `args` in a fresh process. */
export function runMeasured(args: readonly string[]): Promise<Taken> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, ['--import', PROBE, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    const texts = ['', '', '', ''];
    for (const at of [1, 2, 3]) {
      child.stdio[at]?.on('data', (chunk: Buffer) => {
        texts[at] += chunk.toString('utf8');
      });
    }
    child.on('error', reject);
    child.on('close', (code) => {
      const wallMs = performance.now() - started;
      const told = texts[3] === '' ? null : (JSON.parse(texts[3] ?? '') as { cpuMs: number; peakMiB: number });
      resolve({
        wallMs,
        cpuMs: told?.cpuMs ?? null,
        peakMiB: told?.peakMiB ?? null,
        code,
        stdout: texts[1] ?? '',
        stderr: texts[2] ?? '',
      });
    });
  });
}
