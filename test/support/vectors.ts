import { readdirSync, readFileSync } from 'node:fs';
import { root } from './vwire.js';

/** An entry of a vector file. */
export interface Vector {
  readonly dialect: string;
  readonly class: string;
  readonly message: string;
  readonly kind: string;
  readonly set: string;
  readonly header: Record<string, number>;
  readonly fields: Record<string, unknown>;
  readonly size: number;
  readonly hex: string;
}

export interface Malformed {
  readonly name: string;
  readonly dialect: string;
  readonly message: string;
  readonly kind: string;
  readonly hex: string;
  readonly verdict: string;
  readonly layer: 'codec' | 'rules' | 'state';
  readonly profile: string;
  readonly structural?: string;
}

const read = (name: string): unknown => JSON.parse(readFileSync(`${root}test/vectors/${name}`, 'utf8'));

/** The dialects the schema has so far. Vectors of others wait in the same file. */
export const DIALECTS = [
  ...['qemu-2024-0', 'qemu-2024a', 'qemu-2024b', 'alpha', 'linux-2024', 'openamp-2024'],
  ...['rfc1', 'rfc2', 'rfc2-fixed64', 'rfc2+token', 'rfc3', 'v1-2026'],
];

export const vectors: Vector[] = (read('virtio-msg.json') as Vector[]).filter((v) => DIALECTS.includes(v.dialect));
export const malformed: Malformed[] = (read('virtio-msg-malformed.json') as Malformed[]).filter((v) =>
  DIALECTS.includes(v.dialect),
);

export const traceNames = readdirSync(`${root}test/vectors/traces`).filter((name) => name.endsWith('.jsonl'));
export const traceLines = (name: string): string[] =>
  readFileSync(`${root}test/vectors/traces/${name}`, 'utf8').trimEnd().split('\n');
