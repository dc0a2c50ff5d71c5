import { describe, expect, it } from 'vitest';
import { compile, type FamilyIR } from './support/generator.js';
import {
  ask,
  type CName,
  layoutProbes,
  obstacle,
  type Probe,
  printSource,
  probeSource,
} from './support/kernel-headers.js';
import { shipped } from './support/schema.js';

/**
 * The headers of the Linux kernel against the schema, by a C compiler: offsets and sizes of structs, values of enumerations.
 * What a header is too old for is not compared, so that every version of the headers will do.
 */
const families = compile(shipped()).families.filter((f) => f.protocol === 'virtio-core');

const netHash = { struct: 'virtio_net_hdr_v1_hash', prefix: 'hdr.' };
const hashFields = { hash_report: 'hash_report', padding_reserved: 'padding' };

/** Where C spells it otherwise, or did so once. Shapes without an entry have their own name, and fields theirs. */
const C_NAMES: Readonly<Record<string, CName | readonly CName[]>> = {
  'virtio_net_hdr+bare': { struct: 'virtio_net_hdr_v1' },
  'virtio_net_hdr+hash': [
    { ...netHash, fields: { ...hashFields, hash_value: 'hash_value' } },
    { ...netHash, fields: { ...hashFields, hash_value: 'hash_value_lo' }, cut: ['hash_value'] },
  ],
  'virtio_net_hdr+tunnel': {
    struct: 'virtio_net_hdr_v1_hash_tunnel',
    prefix: 'hash_hdr.hdr.',
    fields: {
      hash_value: 'hash_hdr.hash_value_lo',
      hash_report: 'hash_hdr.hash_report',
      padding_reserved: 'hash_hdr.padding',
      outer_th_offset: 'outer_th_offset',
      inner_nh_offset: 'inner_nh_offset',
    },
    cut: ['hash_value'],
  },
  virtio_net_ctrl_mq_pairs_set: { struct: 'virtio_net_ctrl_mq' },
  virtio_net_ctrl_hdr: { fields: { command: 'cmd' } },
  virtio_net_ctrl_coal_vq: [{}, { fields: { vq_index: 'vqn' } }],
  virtio_net_stats_rx_speed: {
    fields: {
      rx_packets_allowance_exceeded: 'rx_ratelimit_packets',
      rx_bytes_allowance_exceeded: 'rx_ratelimit_bytes',
    },
  },
  virtio_blk_config: {
    fields: {
      writeback: 'wce',
      unused0: 'unused',
      'topology.physical_block_exp': 'physical_block_exp',
      'topology.alignment_offset': 'alignment_offset',
      'topology.min_io_size': 'min_io_size',
      'topology.opt_io_size': 'opt_io_size',
    },
  },
  virtio_blk_req_out: { struct: 'virtio_blk_outhdr', fields: { reserved: 'ioprio' } },
  'virtio_scsi_req_cmd_out+bare': { struct: 'virtio_scsi_cmd_req', fields: { id: 'tag' } },
  'virtio_scsi_req_cmd_out+pi/uapi-order': { struct: 'virtio_scsi_cmd_req_pi', fields: { id: 'tag' } },
  virtio_scsi_req_cmd_in: { struct: 'virtio_scsi_cmd_resp', fields: { residual: 'resid' } },
  virtio_scsi_ctrl_tmf_out: { struct: 'virtio_scsi_ctrl_tmf_req', fields: { id: 'tag' } },
  virtio_scsi_ctrl_tmf_in: { struct: 'virtio_scsi_ctrl_tmf_resp' },
  virtio_scsi_ctrl_an_out: { struct: 'virtio_scsi_ctrl_an_req' },
  virtio_scsi_ctrl_an_in: { struct: 'virtio_scsi_ctrl_an_resp' },
  virtq_desc: { struct: 'vring_desc' },
  virtq_avail: { struct: 'vring_avail' },
  virtq_used: { struct: 'vring_used' },
  virtq_used_elem: { struct: 'vring_used_elem' },
  pvirtq_desc: { struct: 'vring_packed_desc' },
  pvirtq_event_suppress: { struct: 'vring_packed_desc_event', fields: { desc: 'off_wrap' } },
  virtio_pci_common_cfg: [
    {
      fields: {
        driver_feature_select: 'guest_feature_select',
        driver_feature: 'guest_feature',
        config_msix_vector: 'msix_config',
        queue_desc: 'queue_desc_lo',
        queue_driver: 'queue_avail_lo',
        queue_device: 'queue_used_lo',
      },
      cut: ['queue_desc', 'queue_driver', 'queue_device'],
    },
    {
      struct: 'virtio_pci_modern_common_cfg',
      prefix: 'cfg.',
      fields: {
        driver_feature_select: 'cfg.guest_feature_select',
        driver_feature: 'cfg.guest_feature',
        config_msix_vector: 'cfg.msix_config',
        queue_desc: 'cfg.queue_desc_lo',
        queue_driver: 'cfg.queue_avail_lo',
        queue_device: 'cfg.queue_used_lo',
        queue_notif_config_data: 'queue_notify_data',
        queue_reset: 'queue_reset',
        admin_queue_index: 'admin_queue_index',
        admin_queue_num: 'admin_queue_num',
      },
      cut: ['queue_desc', 'queue_driver', 'queue_device'],
    },
  ],
  virtio_gpu_get_edid: { struct: 'virtio_gpu_cmd_get_edid' },
  virtio_iommu_fault: { fields: { reserved1: 'reserved2' } },
  virtio_iommu_req_probe_out: { struct: 'virtio_iommu_req_probe' },
  virtio_crypto_ctrl_header: { fields: { reserved: 'queue_id' } },
  virtio_crypto_create_session_input: { struct: 'virtio_crypto_session_input' },
  virtio_crypto_hash_create_session_flf: { struct: 'virtio_crypto_hash_session_para' },
  virtio_crypto_mac_create_session_flf: { struct: 'virtio_crypto_mac_session_para' },
  virtio_crypto_cipher_session_flf: { struct: 'virtio_crypto_cipher_session_para', fields: { key_len: 'keylen' } },
  virtio_crypto_aead_create_session_flf: {
    struct: 'virtio_crypto_aead_session_para',
    fields: { tag_len: 'hash_result_len' },
  },
  virtio_crypto_alg_chain_data_flf: { struct: 'virtio_crypto_alg_chain_data_para' },
  virtio_spi_transfer_head: { struct: 'spi_transfer_head' },
  virtio_spi_transfer_result: { struct: 'spi_transfer_result' },
};

/** Recorded disagreements: the schema follows another source there, and says so under `unresolved`. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'virtio_net_hdr+ipsec': 'no header has it; struct virtio_net_hdr is the legacy one',
  'virtio_scsi_req_cmd_out+pi': 'scsi cmd-pi-order: the reading uapi-order is the one of the header',
  'virtio_snd_ctl_info/integer-packed': 'snd ctl-info-align: the reading packed is that of the text',
  'virtio_snd_ctl_info/integer64-packed': 'snd ctl-info-align',
  'virtio_snd_ctl_info/enumerated-packed': 'snd ctl-info-align',
  'virtio_crypto_hash_create_session_flf: size': 'crypto hash-session-size: the header has eight bytes of padding',
};

/** What stands before the names of values in C. `bits`: C numbers the bits that are masks here. */
const PREFIXES: Readonly<Record<string, string | { readonly bits: string }>> = {
  balloon_stat_tag: 'BALLOON_S_',
  blk_request_type: 'BLK_T_',
  blk_status: 'BLK_S_',
  blk_zoned_model: 'BLK_Z_',
  blk_zone_type: 'BLK_ZT_',
  blk_zone_state: 'BLK_ZS_',
  bt_type: 'BT_CONFIG_TYPE_',
  bt_vendor: 'BT_CONFIG_VENDOR_',
  can_msg_type: 'CAN_',
  can_result: 'CAN_RESULT_',
  can_flags: 'CAN_FLAGS_',
  can_status: 'CAN_S_',
  console_event: 'CONSOLE_',
  crypto_status: 'CRYPTO_S_',
  crypto_result: 'CRYPTO_',
  crypto_op: 'CRYPTO_OP_',
  device_id: 'ID_',
  transitional_device_id: 'TRANS_ID_',
  device_status: 'CONFIG_S_',
  gpio_req_type: 'GPIO_MSG_',
  gpio_status: 'GPIO_STATUS_',
  gpio_irq_status: 'GPIO_IRQ_STATUS_',
  gpu_ctrl_type: 'GPU_',
  gpu_ctrl_flags: 'GPU_FLAG_',
  gpu_events: 'GPU_EVENT_',
  gpu_format: 'GPU_FORMAT_',
  gpu_capset: 'GPU_CAPSET_',
  gpu_blob_mem: 'GPU_BLOB_MEM_',
  gpu_blob_flags: 'GPU_BLOB_FLAG_',
  i2c_flags: 'I2C_FLAGS_',
  i2c_status: 'I2C_',
  input_select: 'INPUT_CFG_',
  iommu_req_type: 'IOMMU_T_',
  iommu_status: 'IOMMU_S_',
  iommu_map_flags: 'IOMMU_MAP_F_',
  iommu_fault_reason: 'IOMMU_FAULT_R_',
  iommu_fault_flags: 'IOMMU_FAULT_F_',
  mem_req_type: 'MEM_REQ_',
  mem_resp_type: 'MEM_RESP_',
  mem_state: 'MEM_STATE_',
  net_status: 'NET_S_',
  net_hdr_flags: 'NET_HDR_F_',
  net_ctrl_class: 'NET_CTRL_',
  net_stats_type: 'NET_STATS_TYPE_REPLY_',
  pci_cfg_type: 'PCI_CAP_',
  pmem_req_type: 'PMEM_REQ_TYPE_',
  rtc_msg_type: 'RTC_REQ_',
  rtc_status: 'RTC_S_',
  rtc_clock_type: 'RTC_CLOCK_',
  rtc_smearing: 'RTC_SMEAR_',
  rtc_counter: 'RTC_COUNTER_',
  scsi_response: 'SCSI_S_',
  scsi_task_attr: 'SCSI_S_',
  scsi_tmf_subtype: 'SCSI_T_TMF_',
  scsi_event: 'SCSI_T_',
  snd_code: 'SND_',
  snd_direction: 'SND_D_',
  snd_ctl_role: 'SND_CTL_ROLE_',
  snd_ctl_type: 'SND_CTL_TYPE_',
  snd_ctl_access: { bits: 'SND_CTL_ACCESS_' },
  snd_ctl_mask: { bits: 'SND_CTL_EVT_MASK_' },
  spi_result: 'SPI_',
  virtq_desc_flags: 'VRING_DESC_F_',
  virtq_avail_flags: 'VRING_AVAIL_F_',
  virtq_used_flags: 'VRING_USED_F_',
  pvirtq_desc_flags: { bits: 'VRING_PACKED_DESC_F_' },
  pvirtq_event_flags: 'VRING_PACKED_EVENT_FLAG_',
  vsock_type: 'VSOCK_TYPE_',
  vsock_op: 'VSOCK_OP_',
  vsock_event: 'VSOCK_EVENT_',
  balloon_feature: 'BALLOON_F_',
  blk_feature: 'BLK_F_',
  can_feature: 'CAN_F_',
  console_feature: 'CONSOLE_F_',
  crypto_feature: 'CRYPTO_F_',
  feature: 'F_',
  fs_feature: 'FS_F_',
  gpio_feature: 'GPIO_F_',
  gpu_feature: 'GPU_F_',
  i2c_feature: 'I2C_F_',
  iommu_feature: 'IOMMU_F_',
  mem_feature: 'MEM_F_',
  net_feature: 'NET_F_',
  pmem_feature: 'PMEM_F_',
  rtc_feature: 'RTC_F_',
  scmi_feature: 'SCMI_F_',
  scsi_feature: 'SCSI_F_',
  snd_feature: 'SND_F_',
  vsock_feature: 'VSOCK_F_',
  net_ctrl_ack: 'NET_',
  net_ctrl_announce: 'NET_CTRL_ANNOUNCE_',
  net_ctrl_guest_offloads: 'NET_CTRL_GUEST_OFFLOADS_',
  net_ctrl_hash_tunnel: 'NET_CTRL_HASH_TUNNEL_',
  net_ctrl_mac: 'NET_CTRL_MAC_',
  net_ctrl_mq: 'NET_CTRL_MQ_',
  net_ctrl_notf_coal: 'NET_CTRL_NOTF_COAL_',
  net_ctrl_rss_ctx: 'NET_CTRL_RSS_CTX_',
  net_ctrl_rx: 'NET_CTRL_RX_',
  net_ctrl_stats: 'NET_CTRL_STATS_',
  net_ctrl_vlan: 'NET_CTRL_VLAN_',
  net_guest_offload: 'NET_F_',
};

/** Values that C calls otherwise. */
const VALUES: Readonly<Record<string, string>> = {
  'console_event DEVICE_ADD': 'VIRTIO_CONSOLE_PORT_ADD',
  'console_event DEVICE_REMOVE': 'VIRTIO_CONSOLE_PORT_REMOVE',
  'feature INDIRECT_DESC': 'VIRTIO_RING_F_INDIRECT_DESC',
  'feature EVENT_IDX': 'VIRTIO_RING_F_EVENT_IDX',
  'device_id ENTROPY': 'VIRTIO_ID_RNG',
  'device_id P9': 'VIRTIO_ID_9P',
  'device_id RTC': 'VIRTIO_ID_CLOCK',
  'transitional_device_id ENTROPY': 'VIRTIO_TRANS_ID_RNG',
  'transitional_device_id P9': 'VIRTIO_TRANS_ID_9P',
  'device_status DEVICE_NEEDS_RESET': 'VIRTIO_CONFIG_S_NEEDS_RESET',
  'gpio_req_type GET_LINE_NAMES': 'VIRTIO_GPIO_MSG_GET_NAMES',
  'gpio_req_type SET_IRQ_TYPE': 'VIRTIO_GPIO_MSG_IRQ_TYPE',
  'gpu_capset GFXSTREAM': 'VIRTIO_GPU_CAPSET_GFXSTREAM_VULKAN',
  'rtc_msg_type NOTIF_ALARM': 'VIRTIO_RTC_NOTIF_ALARM',
};

const layouts = families.flatMap((f) =>
  f.structs.flatMap((s) =>
    s.shapes
      .filter((shape) => OTHERWISE[shape.key] === undefined)
      .flatMap((shape) => [C_NAMES[shape.key] ?? {}].flat().flatMap((c) => layoutProbes(shape, c))),
  ),
);
const constants = families.flatMap((f) => f.enums.flatMap(constantProbes));

function constantProbes({ name, values }: FamilyIR['enums'][number]): Probe[] {
  const prefix = PREFIXES[name];
  if (prefix === undefined) return [];
  const spelled = typeof prefix === 'string' ? prefix : prefix.bits;
  return values.map((v) => {
    const c = VALUES[`${name} ${v.name}`] ?? `${spelled.startsWith('VRING_') ? '' : 'VIRTIO_'}${spelled}${v.name}`;
    const expression = typeof prefix === 'string' ? c : `1u << ${c}`;
    return { what: `${name} ${v.name}`, expression, expected: v.value, needs: [] };
  });
}

const wrong = (answers: ReturnType<typeof ask>): string[] =>
  answers
    .filter(({ probe, answer }) => probe.expected !== answer && OTHERWISE[probe.what] === undefined)
    .map(({ probe, answer }) => `${probe.what} is ${probe.expected} here and ${answer} in C`);

const compared = (answers: ReturnType<typeof ask>): number =>
  new Set(answers.map(({ probe }) => probe.what.replace(/[ :].*/, ''))).size;

const reason = obstacle();
if (reason !== null) console.warn(`kernel headers are not compared: ${reason}`);

describe.skipIf(reason !== null)(`the headers of the kernel${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  it('place every field they have where the schema does, and are as large', () => {
    const answers = ask(layouts);
    expect(wrong(answers)).toEqual([]);
    // Headers of 2022 have these; a test that finds nothing to compare would be green as well.
    expect(compared(answers)).toBeGreaterThan(110);
  });

  it('give every value they have the number it has in the schema', () => {
    const answers = ask(constants);
    expect(wrong(answers)).toEqual([]);
    expect(answers.length).toBeGreaterThan(270);
  });
});

describe('what the compiler is asked', () => {
  const config = layouts.filter((p) => p.what.startsWith('virtio_pmem_config'));

  it('is a line per question, so that what a header lacks is told by its line', () => {
    expect(config.map((p) => p.expression)).toEqual([
      'offsetof(struct virtio_pmem_config, start)',
      'offsetof(struct virtio_pmem_config, size)',
      'sizeof(((struct virtio_pmem_config *)0)->start)',
      'sizeof(((struct virtio_pmem_config *)0)->size)',
      'sizeof(struct virtio_pmem_config)',
    ]);
    expect(config.map((p) => p.expected)).toEqual([0, 8, 8, 8, 16]);
    const lines = probeSource(config).split('\n');
    expect(lines.at(-2)).toBe('_Static_assert((sizeof(struct virtio_pmem_config)) || 1, "");');
    expect(lines.filter((line) => line.startsWith('_Static_assert'))).toHaveLength(config.length);
    expect(printSource(config)).toContain(`(unsigned long long)(${config[0]?.expression}));`);
  });

  it('names only what the schema has', () => {
    const shapes = families.flatMap((f) => f.structs.flatMap((s) => [s.name, ...s.shapes.map((shape) => shape.key)]));
    for (const key of [...Object.keys(C_NAMES), ...Object.keys(OTHERWISE)])
      expect(shapes).toContain(key.replace(': size', ''));
    const values = families.flatMap((f) =>
      f.enums.flatMap((e) => [e.name, ...e.values.map((v) => `${e.name} ${v.name}`)]),
    );
    for (const key of [...Object.keys(PREFIXES), ...Object.keys(VALUES)]) expect(values).toContain(key);
  });
});

describe('device ids', () => {
  const ids = families.find((f) => f.family === 'device')?.enums.find((e) => e.name === 'device_id')?.values ?? [];

  it('are all there, 14 and 15 being given to nobody', () => {
    const all = Array.from({ length: 50 }, (_, i) => i).filter((i) => i !== 14 && i !== 15);
    expect(ids.map((v) => v.value)).toEqual(all);
  });

  it('name the family of their structs, or why there is none', () => {
    const named = ids.flatMap((v) => v.doc.match(/; family (\w+)$/)?.[1] ?? []);
    const shared = ['device', 'pci', 'virtqueue'];
    expect([...named, ...shared].sort()).toEqual(families.map((f) => f.family).sort());
    for (const v of ids.filter((id) => id.value !== 0)) expect(v.doc).toMatch(/; (family \w+|layout: none, .+)$/);
  });
});

describe('feature bits', () => {
  const enums = families.flatMap((f) => f.enums).filter((e) => /(^|_)feature$/.test(e.name));
  const known = enums.flatMap((e) => e.values.map((v) => `VIRTIO_${PREFIXES[e.name]}${v.name}`));

  it('are there for every field that is valid with some of them only', () => {
    const named = families.flatMap((f) =>
      f.structs.flatMap((s) => s.shapes.flatMap((shape) => shape.fields.flatMap((field) => field.validWhen))),
    );
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('are told of each field of a struct that is valid with them only', () => {
    const fields = families.flatMap((f) => f.structs.flatMap((s) => s.shapes.flatMap((shape) => shape.fields)));
    const validWhen = (name: string) => fields.find((f) => f.name === name)?.validWhen;
    expect(validWhen('geometry.cylinders')).toEqual(['VIRTIO_BLK_F_GEOMETRY']);
    expect(validWhen('zoned.model')).toEqual(['VIRTIO_BLK_F_ZONED']);
    expect(validWhen('domain_range.end')).toEqual(['VIRTIO_IOMMU_F_DOMAIN_RANGE']);
    expect(validWhen('ipsec_resource_hdr.resource_id')).toEqual(['VIRTIO_NET_F_IPSEC']);
  });

  it('are those of the device type below 24, at 42 and from 50 on, and of every device between', () => {
    for (const e of enums) {
      const own = e.values.map((v) => v.value < 24 || v.value === 42 || v.value >= 50);
      expect(own, e.name).toEqual(e.values.map(() => e.name !== 'feature'));
    }
  });
});
