import {
  type Case,
  decodeCase,
  encodeCase,
  streamDecodeCase,
  streamEncodeCase,
  verifyStreamHalves,
  WrongSubject,
} from './codec-case.js';
import { m6 } from './corpus.js';
import { sink } from './hand.js';
import { streamItems } from './messages.js';
import * as ours from './ours.js';
import * as control from './ours-control.js';
import * as flyweight from './ours-flyweight.js';
import * as flyweightLoop from './ours-flyweight-loop.js';
import * as flyweightStream from './ours-flyweight-stream.js';
import * as objects from './ours-objects.js';
import * as stream from './ours-stream.js';

/** What the generated codecs are measured on; each subject runs in a process of its own. */
export function cases(): Case[] {
  return [
    decodeCase('free functions', 'EVENT_AVAIL', ours.decodeEventAvail),
    encodeCase('free functions', 'EVENT_AVAIL', ours.encodeEventAvail),
    decodeCase('free functions, lo/hi', 'SET_VQUEUE', ours.decodeSetVqueueLoHi, true),
    encodeCase('free functions, lo/hi', 'SET_VQUEUE', ours.encodeSetVqueueLoHi),
    decodeCase('free functions, bigint', 'SET_VQUEUE', ours.decodeSetVqueueBigint),
    encodeCase('free functions, bigint', 'SET_VQUEUE', ours.encodeSetVqueueBigint),
    decodeCase('free functions', 'GET_DEVICE_FEATURES', control.decodeFeatures),
    encodeCase('free functions', 'GET_DEVICE_FEATURES', control.encodeFeatures),
    decodeCase('free functions', 'SET_CONFIG', control.decodeConfig),
    encodeCase('free functions', 'SET_CONFIG', control.encodeConfig),
    decodeCase('free functions', 'GET_DEVICE_INFO', control.decodeInfo),
    encodeCase('free functions', 'GET_DEVICE_INFO', control.encodeInfo),
    streamEncodeCase('free functions, lo/hi', stream.encodeWholeStream),
    decodeCase('free functions, no check', 'EVENT_AVAIL', ours.readEventAvail),
    streamDecodeCase(
      'stream dispatch, lo/hi',
      stream.decodeWholeStream,
      verifyHalves('stream dispatch, lo/hi', stream.decodeWholeStream),
    ),
    streamDecodeCase('stream dispatch, bigint, views', stream.decodeAllocating, verifySink),
    streamDecodeCase(
      'stream dispatch, flyweight',
      flyweightStream.decodeWholeStream,
      verifyHalves('stream dispatch, flyweight', flyweightStream.decodeWholeStream),
    ),
    decodeCase('flyweight', 'EVENT_AVAIL', flyweight.decodeEventAvail),
    decodeCase('flyweight', 'SET_VQUEUE', flyweight.decodeSetVqueue),
    decodeCase('flyweight', 'GET_DEVICE_FEATURES', flyweight.decodeFeatures),
    decodeCase('flyweight', 'SET_CONFIG', flyweight.decodeConfig),
    decodeCase('flyweight', 'GET_DEVICE_INFO', flyweight.decodeInfo),
    decodeCase('flyweight, no check', 'EVENT_AVAIL', flyweight.moveToEventAvail),
    streamDecodeCase('flyweight', flyweightLoop.decodeWholeStream, verifySink),
    decodeCase('object form', 'EVENT_AVAIL', objects.decodeEventAvail),
    encodeCase('object form', 'EVENT_AVAIL', objects.encodeEventAvail, objects.prepareEventAvail),
    decodeCase('object form', 'SET_VQUEUE', objects.decodeSetVqueue),
    encodeCase('object form', 'SET_VQUEUE', objects.encodeSetVqueue, objects.prepareSetVqueue),
    decodeCase('object form', 'GET_DEVICE_FEATURES', objects.decodeFeatures),
    encodeCase('object form', 'GET_DEVICE_FEATURES', objects.encodeFeatures, objects.prepareFeatures),
    decodeCase('object form', 'SET_CONFIG', objects.decodeConfig),
    encodeCase('object form', 'SET_CONFIG', objects.encodeConfig, objects.prepareConfig),
    decodeCase('object form', 'GET_DEVICE_INFO', objects.decodeInfo),
    encodeCase('object form', 'GET_DEVICE_INFO', objects.encodeInfo, objects.prepareInfo),
    streamDecodeCase('object form', objects.decodeWholeStream),
  ];
}

/** A stream without bigints folds the halves of addresses apart from the rest. */
const verifyHalves = (subject: string, decode: (view: DataView, end: number) => number) => (): void => {
  stream.total.halves = 0;
  decode(m6.view, m6.bytes);
  verifyStreamHalves(subject, stream.total.halves);
};

/** A stream with bigints leaves those of its last SET_VQUEUE in the sink. */
function verifySink(): void {
  const last = streamItems.findLast((item) => item.kind === 'SET_VQUEUE')!.record;
  const expected = [last.descriptor_addr, last.driver_addr, last.device_addr].join(', ');
  const got = [sink.a, sink.b, sink.c].join(', ');
  if (got !== expected) throw new WrongSubject(`M6: the last addresses are read as ${got}, expected ${expected}`);
}
