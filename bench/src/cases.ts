import {
  type Case,
  decodeCase,
  encodeCase,
  halvesOf,
  streamDecodeCase,
  streamEncodeCase,
  WrongSubject,
} from './codec-case.js';
import { m6 } from './corpus.js';
import { streamItems } from './messages.js';
import * as ours from './ours.js';
import * as flyweight from './ours-flyweight.js';
import * as objects from './ours-objects.js';

/** What the generated codecs are measured on; each subject runs in a process of its own. */
export function cases(): Case[] {
  return [
    decodeCase('free functions', 'EVENT_AVAIL', ours.decodeEventAvail),
    encodeCase('free functions', 'EVENT_AVAIL', ours.encodeEventAvail),
    decodeCase('free functions, lo/hi', 'SET_VQUEUE', ours.decodeSetVqueueLoHi, true),
    encodeCase('free functions, lo/hi', 'SET_VQUEUE', ours.encodeSetVqueueLoHi),
    decodeCase('free functions, bigint', 'SET_VQUEUE', ours.decodeSetVqueueBigint),
    encodeCase('free functions, bigint', 'SET_VQUEUE', ours.encodeSetVqueueBigint),
    decodeCase('free functions', 'GET_DEVICE_FEATURES', ours.decodeFeatures),
    encodeCase('free functions', 'GET_DEVICE_FEATURES', ours.encodeFeatures),
    decodeCase('free functions', 'SET_CONFIG', ours.decodeConfig),
    encodeCase('free functions', 'SET_CONFIG', ours.encodeConfig),
    decodeCase('free functions', 'GET_DEVICE_INFO', ours.decodeInfo),
    encodeCase('free functions', 'GET_DEVICE_INFO', ours.encodeInfo),
    streamEncodeCase('free functions, lo/hi', ours.encodeWholeStream),
    streamDecodeCase('stream dispatch, lo/hi', ours.decodeWholeStream, verifyHalves),
    decodeCase('flyweight', 'EVENT_AVAIL', flyweight.decodeEventAvail),
    decodeCase('flyweight', 'SET_VQUEUE', flyweight.decodeSetVqueue),
    decodeCase('flyweight', 'GET_DEVICE_FEATURES', flyweight.decodeFeatures),
    decodeCase('flyweight', 'SET_CONFIG', flyweight.decodeConfig),
    decodeCase('flyweight', 'GET_DEVICE_INFO', flyweight.decodeInfo),
    streamDecodeCase('flyweight', flyweight.decodeWholeStream),
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

/** The stream subject folds the halves of addresses apart from the rest. */
function verifyHalves(): void {
  ours.halves.sum = 0;
  ours.decodeWholeStream(m6.view, m6.bytes);
  const expected = streamItems.reduce((sum, item) => (sum + halvesOf(item)) | 0, 0);
  if (ours.halves.sum !== expected)
    throw new WrongSubject(`M6 stream dispatch: address halves come to ${ours.halves.sum}, expected ${expected}`);
}
