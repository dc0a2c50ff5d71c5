import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Copies the schema that ships, so that files of it can be edited. */
export function copySchema(shipped: string, to: string): string {
  cpSync(shipped, to, { recursive: true });
  return to;
}

/**
 * The schema `times` over: every protocol again under other names, with other texts in it, so that nothing can be shared
 * between the copies and everything within one is as it was.
 */
export function manifold(shipped: string, to: string, times: number): string {
  const protocols = readdirSync(shipped).filter((name) => name !== 'meta');
  for (let copy = 0; copy < times; copy++) {
    for (const protocol of protocols) {
      for (const file of readdirSync(join(shipped, protocol), { recursive: true }) as string[]) {
        if (!file.endsWith('.yaml')) continue;
        const target = join(to, copyName(protocol, copy), dirname(file), basename(file));
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, renamed(readFileSync(join(shipped, protocol, file), 'utf8'), copy));
      }
    }
  }
  return to;
}

const copyName = (protocol: string, copy: number): string => (copy === 0 ? protocol : `${protocol}-${copy}`);

/** `carries` names a dialect with its protocol, as far as it is not the own one. */
const renamed = (text: string, copy: number): string =>
  copy === 0
    ? text
    : text
        .replace(/^protocol: (\S+)/m, (_, name: string) => `protocol: ${copyName(name, copy)}`)
        .replace(/^(carries: "?)([\w-]+)\//m, (_, key: string, name: string) => `${key}${copyName(name, copy)}/`)
        .replace(/doc: (>-\n +|")/g, `$&copy ${copy}, `);
