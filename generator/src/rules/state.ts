import { spell } from '../interpret/values.js';
import type { Case } from './case.js';
import type { Finding } from './finding.js';

/** Rules that need to know what surrounds a message: the device, its configuration space, the request it answers. */
export function judgeState(subject: Case): Finding[] {
  return [
    ...device(subject),
    ...configRange(subject),
    ...queueIndex(subject),
    ...generation(subject),
    ...request(subject),
  ];
}

const at = (subject: Case, name: string): { field: string; offset: number } => {
  const { decoded, index } = subject;
  const field = [...decoded.body.fields, ...index.ir.header].find((f) => f.name === name);
  return { field: name, offset: field?.offset ?? 0 };
};

const number = (subject: Case, name: string): number | undefined => {
  const value = subject.decoded.fields[name];
  return typeof value === 'number' ? value : undefined;
};

/** The message is for another device than the one it reached. */
function device(subject: Case): Finding[] {
  const { context, decoded, index } = subject;
  if (context.dev_num === undefined || index.deviceField === null || decoded.body.class !== 'transport') return [];
  const got = Number(decoded.header[index.deviceField.name]);
  if (got === context.dev_num) return [];
  return [
    {
      rule: 'device',
      layer: 'state',
      ...at(subject, index.deviceField.name),
      got,
      expected: context.dev_num,
      clause: 'R5',
    },
  ];
}

const CONFIG = new Set(['GET_CONFIG', 'SET_CONFIG', 'EVENT_CONFIG']);

/** Offset and length stay inside the configuration space; the sum cannot wrap here, whatever 32 bits would do. */
function configRange(subject: Case): Finding[] {
  const { context, decoded } = subject;
  const offset = number(subject, 'offset');
  const length = number(subject, 'length');
  if (
    context.config_size === undefined ||
    offset === undefined ||
    length === undefined ||
    !CONFIG.has(decoded.body.message)
  )
    return [];
  if (length === 0 || offset + length <= context.config_size) return [];
  const expected = `offset + length at most ${context.config_size}`;
  return [
    { rule: 'config-range', layer: 'state', ...at(subject, 'offset'), got: offset + length, expected, clause: 'R18' },
  ];
}

/** Messages that only make sense for a queue the device has. */
const QUEUE_INDEX: Readonly<Record<string, string>> = {
  'transport.EVENT_USED.event': 'vq_index',
  'transport.EVENT_AVAIL.event': 'vq_index',
  'transport.SET_VQUEUE.request': 'index',
  'transport.RESET_VQUEUE.request': 'index',
};

function queueIndex(subject: Case): Finding[] {
  const { context, decoded } = subject;
  const name = QUEUE_INDEX[decoded.body.key];
  if (name === undefined || context.max_virtqueues === undefined) return [];
  const got = number(subject, name);
  if (got === undefined || got < context.max_virtqueues) return [];
  return [
    {
      rule: 'queue-index',
      layer: 'state',
      ...at(subject, name),
      got,
      expected: `below ${context.max_virtqueues}`,
      clause: 'R33',
    },
  ];
}

/** Transport feature bit 0 asks for the strict comparison where it is negotiated. */
const STRICT_GENERATION = 1;

function generation(subject: Case): Finding[] {
  const { context, decoded, profile } = subject;
  if (decoded.body.key !== 'transport.SET_CONFIG.request' || context.device_generation === undefined) return [];
  const strict =
    profile.generation === 'strict' ||
    (profile.generation === 'negotiated' && ((context.transport_features ?? 0) & STRICT_GENERATION) !== 0);
  const got = number(subject, 'generation');
  if (!strict || got === undefined || got === context.device_generation) return [];
  return [
    {
      rule: 'generation',
      layer: 'state',
      ...at(subject, 'generation'),
      got,
      expected: context.device_generation,
      clause: 'R20',
    },
  ];
}

/** Fields a response repeats from its request. */
const ECHOED = ['offset', 'index', 'shmid', 'block_index', 'data'];

function request(subject: Case): Finding[] {
  const { context, decoded, index, profile } = subject;
  const asked = context.request;
  if (asked === undefined || decoded.body.kind !== 'response') return [];
  const found: Finding[] = [];
  const compare = (name: string, got: unknown, expected: unknown, clause: string): void => {
    if (expected === undefined || String(got) === String(expected)) return;
    found.push({
      rule: 'request',
      layer: 'state',
      ...at(subject, name),
      got: got as number,
      expected: expected as number,
      clause,
    });
  };
  compare(index.idField.name, decoded.body.id, asked[index.idField.name], 'R8');
  if (index.deviceField !== null)
    compare(index.deviceField.name, decoded.header[index.deviceField.name], asked[index.deviceField.name], 'R8');
  if (index.tokenField !== null && profile.token === 'correlation') {
    compare(index.tokenField.name, decoded.header[index.tokenField.name], asked[index.tokenField.name], 'R6');
  }
  const fields = asked.fields;
  if (typeof fields !== 'object' || fields === null || found.length > 0) return found;
  for (const name of ECHOED) {
    const value = decoded.fields[name];
    const given = (fields as Record<string, unknown>)[name];
    if (value === undefined || (name === 'data' && decoded.body.message !== 'PING')) continue;
    compare(name, spell(value), given, 'R15, R19, R35');
  }
  return found;
}
