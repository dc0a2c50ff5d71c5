import { drift, nearestDialects, readText } from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { against, brief, changed, found, irOf, lineOf, placed, rfc3 } from './support/drift.js';

describe('the tables of a real revision', () => {
  it('say the same as their dialect', async () => {
    const result = await against(rfc3);
    expect(result.findings).toEqual([]);
    expect(result).toMatchObject({ protocol: 'virtio-msg', dialect: 'rfc3', messages: 17 });
  });

  it.each([
    [
      'an offset',
      '& 8 & 4 & Number of feature bits',
      '& 10 & 4 & Number of feature bits',
      '50 offset GET_DEVICE_INFO.response.num_feature_bits',
    ],
    [
      'a size',
      '& 12 & 4 & Configuration size',
      '& 12 & 2 & Configuration size',
      '51 size GET_DEVICE_INFO.response.config_size',
    ],
    [
      'offset and size',
      '& 20 & 2 & Admin',
      '& 24 & 4 & Admin',
      '53 offset+size GET_DEVICE_INFO.response.admin_vq_start',
    ],
    [
      'what a field is called',
      '& 4 & 4 & Vendor ID',
      '& 4 & 4 & Subsystem ID',
      '49 name GET_DEVICE_INFO.response.vendor_id',
    ],
    [
      'which field it is',
      '& 4 & 4 & Number of feature blocks \\\\\n\\hline',
      '& 4 & 4 & Feature data \\\\\n\\hline',
      '64 name GET_DEVICE_FEATURES.request.num_blocks',
    ],
    [
      'a counted field to a fixed one',
      '& 12 & ... & Configuration data',
      '& 12 & 32 & Configuration data',
      '96 size GET_CONFIG.response.data',
    ],
    [
      'a fixed field to a counted one',
      '& 24 & 8 & Driver address',
      '& 24 & ... & Driver address',
      '151 size GET_VQUEUE.response.driver_addr',
    ],
    ['an id', 'GET_SHM}           & 0xC', 'GET_SHM}           & 0xD', '31 id GET_SHM'],
    ['a name in the table of ids', '\\msgref{GET_SHM}', '\\msgref{GET_SHMEM}', '31 name GET_SHMEM'],
    ['a name in a heading', '\\msgdef{GET_SHM}', '\\msgdef{GET_SHMEM}', '184 name GET_SHMEM'],
    ['a sender', '& 0x3  & Any', '& 0x3  & Device', '240 sender PING'],
    [
      'a reserved id',
      'Reserved                   & 0x1 &',
      'Reserved                   & 0x2 &',
      '9 id GET_DEVICE_INFO',
    ],
    ['a field left out', '& 4 & 4 & Vendor ID \\\\\n', '', '48 lacking GET_DEVICE_INFO.response.vendor_id'],
    [
      'a field put in at the end',
      '& 22 & 2 & Admin virtqueue count \\\\',
      '& 22 & 2 & Admin virtqueue count \\\\\n& 24 & 4 & Shared memory count \\\\',
      '55 unknown GET_DEVICE_INFO.response',
    ],
    [
      'an answer left out',
      '& 8 & ... & Feature data \\\\\n\\hline\nAnswer & 0 & 0 & no extra data \\\\',
      '& 8 & ... & Feature data \\\\',
      '77 lacking SET_DRIVER_FEATURES.response',
    ],
    [
      'an answer put in',
      'Request & 0 & 4 & Virtqueue index \\\\\n& 4 & 4 & Next offset and Next wrap \\\\',
      'Request & 0 & 4 & Virtqueue index \\\\\n& 4 & 4 & Next offset and Next wrap \\\\\nAnswer & 0 & 0 & None \\\\',
      '217 unknown EVENT_AVAIL.response',
    ],
  ])('with %s changed differ in exactly that line', async (_, from = '', to = '', expected = '') => {
    expect(await found(changed(from, to))).toEqual([expected]);
  });

  it('with a message left out tell it behind the others of its class', async () => {
    const text = rfc3
      .replace(/\\msgdef\{GET_SHM\}[\s\S]*?\\end\{tabular\}\n/, '')
      .replace(/\\msgref\{GET_SHM\}.*\n/, '');
    const { findings } = await placed(text, 'rfc3');
    expect(findings.map(brief)).toEqual([`${lineOf(text, '\\msgref{EVENT_USED}')} lacking GET_SHM`]);
    expect(findings[0]?.schema?.file).toMatch(/^schema\/virtio-msg\/.*\.yaml$/);
  });

  it('with a message the dialect does not have tell it at both its places', async () => {
    const table =
      '\\begin{tabular}{llll}\nType & Offset & Size & Content \\\\\nRequest & 0 & 0 & None \\\\\n\\end{tabular}\n';
    const text = `${rfc3.replace('\\msgref{EVENT_CONFIG}', '\\msgref{GET_CLOCK} & 0xE & Driver \\\\\n\\msgref{EVENT_CONFIG}')}\n\\msgdef{GET_CLOCK}\n${table}`;
    expect(await found(text)).toEqual([
      `${lineOf(text, '\\msgref{GET_CLOCK}')} unknown GET_CLOCK`,
      `${lineOf(text, '\\msgdef{GET_CLOCK}')} unknown GET_CLOCK`,
    ]);
  });

  // The fact sheet: only the queue messages differ, by a reserved word that aligns the addresses.
  it.each(['rfc2', 'rfc2+token'])('differ from %s in the lines that moved', async (dialect) => {
    expect(await found(rfc3, dialect)).toEqual([
      '149 unknown GET_VQUEUE.response',
      '150 offset GET_VQUEUE.response.descriptor_addr',
      '151 offset GET_VQUEUE.response.driver_addr',
      '152 offset GET_VQUEUE.response.device_addr',
      '164 unknown SET_VQUEUE.request',
      '165 offset SET_VQUEUE.request.descriptor_addr',
      '166 offset SET_VQUEUE.request.driver_addr',
      '167 offset SET_VQUEUE.request.device_addr',
    ]);
  });

  // The fact sheet, 3.1 and 3.2: device information, queue flags, 64-bit shared memory, the order of GET_DEVICES.
  it('differ from v1-2026 in what the review of 2026 changed', async () => {
    const { findings } = await against(rfc3, 'v1-2026');
    expect(findings.map(brief)).toEqual([
      '49 lacking GET_DEVICE_INFO.response.device_uuid',
      '50 offset+name GET_DEVICE_INFO.response.num_feature_blocks',
      '51 offset GET_DEVICE_INFO.response.config_size',
      '52 offset GET_DEVICE_INFO.response.max_virtqueues',
      '53 offset+size GET_DEVICE_INFO.response.admin_vq_start',
      '54 offset+size GET_DEVICE_INFO.response.admin_vq_count',
      '149 name GET_VQUEUE.response.flags',
      '162 name SET_VQUEUE.request.flags',
      '189 name GET_SHM.request.shmid',
      '191 name GET_SHM.response.shmid',
      '192 name GET_SHM.response.reserved',
      '192 lacking GET_SHM.response.length',
      '193 offset+size GET_SHM.response.address',
      '255 name GET_DEVICES.response.next_offset',
      '256 name GET_DEVICES.response.count',
    ]);
    // The schema records that the texts contradict each other there.
    expect(findings.slice(-2).map((f) => f.unresolved)).toEqual([['get-devices-order'], ['get-devices-order']]);
  });

  it('are nearest to their own dialect', async () => {
    const dialects = ['rfc1', 'v1-2026', 'rfc2', 'rfc3'].map(irOf);
    const nearest = nearestDialects(await readText([{ file: 's', text: rfc3 }]), dialects);
    expect(nearest.map((n) => n.dialect)).toEqual(['rfc3', 'rfc2', 'v1-2026', 'rfc1']);
    expect(nearest[0]?.differences).toBe(0);
  });

  it('may be in several files, each with its own lines', async () => {
    const at = rfc3.indexOf('\\busdef{GET_DEVICES}');
    const parts = [rfc3.slice(0, at), rfc3.slice(at).replace('& 4 & 2 & Next offset', '& 5 & 2 & Next offset')];
    const texts = parts.map((text, i) => ({ file: `${i}.tex`, text }));
    const { findings, files } = await drift(texts, irOf('rfc3'));
    expect(files).toEqual(['0.tex', '1.tex']);
    expect(findings.map((f) => [f.place.file, brief(f)])).toEqual([
      ['1.tex', '11 offset GET_DEVICES.response.next_offset'],
    ]);
  });

  it('compare with a bus that carries their dialect', async () => {
    expect(await found(rfc3, 'ffa-2026a')).toEqual([]);
  });
});
