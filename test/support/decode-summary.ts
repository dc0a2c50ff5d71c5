import { vwire } from './vwire.js';

/** What `vwire decode --summary --json` tells. */
export interface Summary {
  messages: number;
  bytes: number;
  lines?: number;
  bodies: { dialect: string; key: string; messages: number; bytes: number }[];
  refused: { code: string; count: number; first: { offset?: number; line?: number } }[];
  findings: { rule: string; count: number; first: { offset?: number; line?: number } }[];
}
export const summary = (...args: string[]): Summary =>
  JSON.parse(vwire(['decode', '--summary', '--json', ...args]).stdout) as Summary;
