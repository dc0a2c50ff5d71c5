import { type Case, decodeCase, encodeCase, streamDecodeCase } from '../codec-case.js';
import { compiled } from '../compiled.js';
import { encodeConfig } from '../hand.js';
import * as ours from '../ours.js';
import * as control from '../ours-control.js';
import * as flyweightStream from '../ours-flyweight-stream.js';
import * as stream from '../ours-stream.js';
import { addingWay } from './adding.js';
import * as byHand from './by-hand.js';
import * as avail from './event-avail.js';
import { decodeConfigView } from './set-config.js';
import * as streams from './stream-ways.js';
import * as oneSwitch from './view-switch.js';
import * as views from './view-ways.js';
import { inOneFunction, inOneFunctionLocal, streamByHalves, toHand, toOther, type Way } from './way.js';

/** Every way of calling that is measured; each runs in a process of its own. */
export const ways = (): Way[] => [...toCodeByHand(), ...toHalvesByHand(), ...streamLoops(), ...places()];

/** Each message in the fast form, and then in others that depart from it in one thing. */
function toCodeByHand(): Way[] {
  return [
    decodeCase('all taken out, fields in constants', 'EVENT_AVAIL', avail.constants),
    decodeCase('all taken out, a sum over readers', 'EVENT_AVAIL', avail.sumOverReaders),
    decodeCase('header.dev_num(w0), the rest taken out', 'EVENT_AVAIL', avail.headerByNamespace),
    decodeCase('EVENT_AVAIL_event.vq_index(view, p)', 'EVENT_AVAIL', avail.allByNamespace),
    decodeCase('a View made once, moved by at(p)', 'EVENT_AVAIL', avail.viewMadeOnce),
    decodeCase('a View made for each message', 'EVENT_AVAIL', avail.viewForEach),
    decodeCase('decode, an object', 'EVENT_AVAIL', avail.object),
    encodeCase('encode taken out', 'EVENT_AVAIL', avail.encodeTakenOut),
    encodeCase('EVENT_AVAIL_event.encode(…)', 'EVENT_AVAIL', avail.encodeByNamespace),
    encodeCase('encode_message({ … })', 'EVENT_AVAIL', avail.encodeObject),
    halves(),
    decodeCase('descriptor_addr, bigints', 'SET_VQUEUE', ours.decodeSetVqueueBigint),
    encodeHalves(),
    encodeCase('encode, bigints', 'SET_VQUEUE', ours.encodeSetVqueueBigint),
    inPlace(),
    decodeCase('data_view', 'SET_CONFIG', decodeConfigView),
    inObject(),
    streamByHalves('decodeStream, halves, sum in a let', streams.streamInLet, streams.halvesInLet),
    streamDecodeCase('decodeStream, bigints and views', stream.decodeAllocating),
  ].map(toHand);
}

const halves = (): Case =>
  decodeCase('descriptor_addr_lo, descriptor_addr_hi', 'SET_VQUEUE', ours.decodeSetVqueueLoHi, true);
const encodeHalves = (): Case => encodeCase('encode_lohi', 'SET_VQUEUE', ours.encodeSetVqueueLoHi);
const inPlace = (): Case => decodeCase('data_offset, data_length', 'SET_CONFIG', control.decodeConfig);
const encodeBytes = (): Case => encodeCase('encode', 'SET_CONFIG', control.encodeConfig);
const inObject = (): Case => {
  const { decodeWholeStream, total } = stream;
  const decode = fromZero(decodeWholeStream);
  return streamByHalves('decodeStream, halves, sum in an object', decode, () => total.halves);
};

/** The sum of a stream begins with nothing; that of its halves has to be told. */
const fromZero = (decode: (view: DataView, end: number) => number) =>
  compiled<typeof decode>(
    { decode, total: stream.total },
    '(view, end) => { total.halves = 0; return decode(view, end); }',
  );

/** The fast form to code by hand that saves what it saves. */
function toHalvesByHand(): Way[] {
  const { decodeConfigInPlace, decodeSetVqueueHalves, encodeConfigNewArray, encodeSetVqueueHalves } = byHand;
  return [
    toOther(halves(), decodeCase('by hand, halves', 'SET_VQUEUE', decodeSetVqueueHalves, true)),
    toOther(encodeHalves(), encodeCase('by hand, halves', 'SET_VQUEUE', encodeSetVqueueHalves)),
    toOther(inPlace(), decodeCase('by hand, in place', 'SET_CONFIG', decodeConfigInPlace)),
    toOther(encodeBytes(), encodeCase('by hand, a Uint8Array kept', 'SET_CONFIG', encodeConfig)),
    toOther(encodeBytes(), encodeCase('by hand, a Uint8Array for each message', 'SET_CONFIG', encodeConfigNewArray)),
    toOther(inObject(), inOneFunction()),
    toOther(inObject(), inOneFunctionLocal()),
  ];
}

/** Other loops over a stream, and `View`s in them. */
function streamLoops(): Way[] {
  const { allInOneSwitch } = oneSwitch;
  const { checkAndReadApart, checkAndReadTogether } = views;
  const inViews = (): number => views.kept.halves;
  return [
    streamByHalves('loop and switch of one function', streams.ownSwitch, () => streams.kept.halves),
    streamByHalves('Views in a loop, check and fields in a function per body', checkAndReadTogether, inViews),
    streamByHalves('Views in a loop, check there, fields in a function per body', checkAndReadApart, inViews),
    streamByHalves('Views in a loop, all bodies in its switch', allInOneSwitch, () => oneSwitch.kept.halves),
    streamByHalves('Views in decodeStream', fromZero(flyweightStream.decodeWholeStream), () => stream.total.halves),
  ].map((c) => toOther(c, inOneFunction()));
}

/** Where a sum is kept that does not stay small. */
function places(): Way[] {
  return [
    addingWay('decodeStream, offset added to an object', avail.offsetsInObject),
    addingWay('decodeStream, offset added to a let', avail.offsetsInLet),
  ];
}
