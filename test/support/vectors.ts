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
  ...['ffa-2024', 'ffa-2025a', 'ffa-2025b', 'ffa-2025b+token', 'ffa-2026a', 'ffa-v1'],
];

/** Where the codecs package has a dialect. */
export const subpath = (dialect: string): string =>
  `${dialect.startsWith('ffa-') ? 'virtio-ffa' : 'virtio-msg'}/${dialect}`;

/** Memory layouts are in the same files. */
const isMessage = (v: { dialect: string; kind: string }): boolean =>
  DIALECTS.includes(v.dialect) && v.kind !== 'struct';

/** What C programs of ours print: messages to be read, and messages to be refused. */
const more = read('virtio-msg-more.json') as (Vector | Malformed)[];
const isMalformed = (v: Vector | Malformed): v is Malformed => 'verdict' in v;

export const vectors: Vector[] = [
  ...(read('virtio-msg.json') as Vector[]),
  ...more.filter((v): v is Vector => !isMalformed(v)),
].filter(isMessage);
export const malformed: Malformed[] = [
  ...(read('virtio-msg-malformed.json') as Malformed[]),
  ...more.filter(isMalformed),
].filter(isMessage);

/** Entries of memory layouts: no header, and spelled like messages. */
const isLayout = (v: { kind: string }): boolean => v.kind === 'struct';
export const layoutVectors: Vector[] = (read('virtio-msg.json') as Vector[]).filter(isLayout);
export const malformedLayouts: Malformed[] = (read('virtio-msg-malformed.json') as Malformed[]).filter(isLayout);

export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

export const traceNames = readdirSync(`${root}test/vectors/traces`).filter((name) => name.endsWith('.jsonl'));
export const traceLines = (name: string): string[] =>
  readFileSync(`${root}test/vectors/traces/${name}`, 'utf8').trimEnd().split('\n');
