import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { root } from './vwire.js';

export interface Registry {
  /** Environment of an npm that is to ask it. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/**
 * A registry on this machine with the packages that are installed here, for tests in which somebody else's project installs
 * ours: neither a slow network nor a version published today decides how they end. In a process of its own, since such
 * tests wait for their commands.
 */
export async function localRegistry(): Promise<Registry> {
  const server = fileURLToPath(new URL('registry-process.js', import.meta.url));
  const child = spawn(process.execPath, [server, `${root}package-lock.json`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const [port] = (await Promise.race([line, gone])) as [string];
  return {
    env: {
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
    },
    close: async () => {
      child.kill();
      await gone;
    },
  };
}
