import type { Conversation, Heard, Item } from './conversation.js';
import type { Figures } from './figures.js';

/** The conversation as data: frames with what decoding adds to them, in the spelling of the JSONL contract. */
export function toJson(conversation: Conversation, figures: Figures): Record<string, unknown> {
  const { header, dialect, profile, counted, items } = conversation;
  return { header, dialect, profile, counted, items: items.map(itemJson), figures };
}

export function itemJson(value: Item): Record<string, unknown> {
  switch (value.kind) {
    case 'exchange': {
      const { kind, request, response, matched, latency } = value;
      return {
        kind,
        request: frame(request),
        response: response === null ? null : frame(response),
        matched,
        latency: rounded(latency),
      };
    }
    case 'event':
    case 'stray':
    case 'unknown':
      return { kind: value.kind, frame: frame(value.frame) };
    case 'late':
      return {
        kind: 'late',
        request: value.request.number,
        frame: frame(value.frame),
        matched: value.matched,
        latency: rounded(value.latency),
      };
    case 'facts':
      return { ...value, time: rounded(value.time), facts: Object.fromEntries(value.facts) };
    case 'broken':
      return { ...value };
    default:
      return { ...value, time: rounded(value.time) };
  }
}

function frame({ number, line, at, hex, direction, time, decoded, note, facts }: Heard): Record<string, unknown> {
  return {
    frame: number,
    line,
    at,
    ...(direction === null ? {} : { dir: direction }),
    time: rounded(time),
    hex,
    ...(note === null ? {} : { note }),
    ...(facts.length === 0 ? {} : { facts: Object.fromEntries(facts) }),
    ...decoded,
  };
}

/** Nanoseconds are the last digit that means anything; beyond them stands the noise of seconds turned into milliseconds. */
const rounded = (ms: number | null): number | null => (ms === null ? null : Math.round(ms * 1e6) / 1e6);
