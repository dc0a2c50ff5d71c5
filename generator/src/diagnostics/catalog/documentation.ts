import { type Entry, message } from './entry.js';

const right = message(
  'id: 0x01',
  'from: driver',
  'doc: "Asks for an answer."',
  'spec: "demo, PING"',
  'request:',
  '  fields: []',
);

/** `VW4xx`: what a reader misses. These are warnings. */
export const DOCUMENTATION = {
  VW400: {
    title: 'a message without documentation',
    explanation:
      'Everybody who reads the message reference, the generated code or a trace asks what the message is for. One sentence is enough.',
    wrong: message('id: 0x01', 'from: driver', 'spec: "demo, PING"', 'request:', '  fields: []'),
    right,
  },
  VW401: {
    title: 'a message without clause or source',
    explanation:
      'Without the clause, table or source file it comes from nobody can check a message against the text. Fields inherit it from their message.',
    wrong: message('id: 0x01', 'from: driver', 'doc: "Asks for an answer."', 'request:', '  fields: []'),
    right,
  },
} as const satisfies Record<string, Entry>;
