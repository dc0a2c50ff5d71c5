/*
 * Structs that end with an array that a field counts. No header has them, or only headers newer than those installed may
 * be: they are written by hand after the text of virtio and of the 2021 RFC. The text knows no padding, so that they are
 * packed.
 */
#include "vector.h"

#define TEXT "C packed struct composed from oasis-tcs/virtio-spec device-types/"
/* Offset of a flexible array: how long the struct is before it. */
#define BEFORE(s, m) offsetof(struct s, m)

static const char *variant(size_t more)
{
	return more ? "surplus" : "ramp";
}

/* Bytes behind what a count announces are not the struct's; there are at least as many of them as an element takes. */

struct ff_selector {
	u8 type, flags, reserved[2], length, reserved1[3], mask[];
} PACKED;

struct ff_rule {
	le32 group_id, classifier_id;
	u8 rule_priority, key_length, action, reserved;
	le16 vq_index;
	u8 reserved1[2], keys[];
} PACKED;

/* With a table of two entries, so that the mask is 1. */
struct rss_config {
	le32 hash_types;
	le16 indirection_table_mask, unclassified_queue, indirection_table[2], max_tx_vq;
	u8 hash_key_length, hash_key_data[];
} PACKED;

static void net(size_t more)
{
	{
		struct ff_selector *p = region(BEFORE(ff_selector, mask) + 6, 1, more);

		ZERO(reserved);
		p->length = 6;
		ZERO(reserved1);
		U8(type);
		U8(flags);
		BYTES(reserved);
		U8(length);
		BYTES(reserved1);
		COUNTED(mask, 6);
		struct_entry(TEXT "net/description.tex", "virtio_net_ff_selector@6", variant(more), NULL);
	}
	{
		struct ff_rule *p = region(BEFORE(ff_rule, keys) + 4, 1, more);

		p->key_length = 4;
		p->reserved = 0;
		ZERO(reserved1);
		LE32(group_id);
		LE32(classifier_id);
		U8(rule_priority);
		U8(key_length);
		U8(action);
		U8(reserved);
		LE16(vq_index);
		BYTES(reserved1);
		COUNTED(keys, 4);
		struct_entry(TEXT "net/description.tex", "virtio_net_resource_obj_ff_rule@4", variant(more), NULL);
	}
	{
		struct rss_config *p = region(BEFORE(rss_config, hash_key_data) + 5, 1, more);

		p->indirection_table_mask = htole16(1);
		p->hash_key_length = 5;
		LE32(hash_types);
		LE16(indirection_table_mask);
		BITS(unclassified_queue, vq_index_1_16, 0, 15);
		BITS(unclassified_queue, reserved, 15, 1);
		BITS(indirection_table[0], vq_index_1_16, 0, 15);
		BITS(indirection_table[0], reserved, 15, 1);
		BITS(indirection_table[1], vq_index_1_16, 0, 15);
		BITS(indirection_table[1], reserved, 15, 1);
		LE16(max_tx_vq);
		U8(hash_key_length);
		COUNTED(hash_key_data, 5);
		struct_entry(TEXT "net/description.tex", "virtio_net_rss_config@2x5", variant(more), NULL);
	}
}

struct zone_report {
	le64 nr_zones;
	u8 reserved[56];
	struct {
		le64 z_cap, z_start, z_wp;
		u8 z_type, z_state, reserved[38];
	} PACKED zones[];
} PACKED;

static void blk(size_t more)
{
	struct zone_report *p = region(BEFORE(zone_report, zones[1]), 1, more ? sizeof p->zones[0] + more : 0);

	p->nr_zones = htole64(1);
	ZERO(reserved);
	ZERO(zones[0].reserved);
	LE64(nr_zones);
	BYTES(reserved);
	LE64(zones[0].z_cap);
	LE64(zones[0].z_start);
	LE64(zones[0].z_wp);
	U8(zones[0].z_type);
	U8(zones[0].z_state);
	BYTES(zones[0].reserved);
	struct_entry(TEXT "blk/description.tex", "virtio_blk_zone_report@1", variant(more), NULL);
}

struct can_frame {
	le16 msg_type, length;
	u8 reserved_classic_dlc, padding;
	le16 reserved_xl_priority;
	le32 flags, can_id;
	u8 sdu[];
} PACKED;

static void can(size_t more, uint16_t msg_type, const char *name)
{
	struct can_frame *p = region(BEFORE(can_frame, sdu) + 7, 1, more);

	p->msg_type = htole16(msg_type);
	p->length = htole16(7);
	p->padding = 0;
	LE16(msg_type);
	LE16(length);
	U8(reserved_classic_dlc);
	U8(padding);
	LE16(reserved_xl_priority);
	LE32(flags);
	LE32(can_id);
	COUNTED(sdu, 7);
	struct_entry(TEXT "can/description.tex", name, variant(more), NULL);
}

struct ctl_tlv {
	le32 type, length, value[];
} PACKED;

static void snd_tlv(size_t more)
{
	struct ctl_tlv *p = region(BEFORE(ctl_tlv, value[2]), 1, more);

	p->length = htole32(8);
	LE32(type);
	LE32(length);
	LE32(value[0]);
	LE32(value[1]);
	struct_entry(TEXT "sound/description.tex", "virtio_snd_ctl_tlv@2", variant(more), NULL);
}

struct config_set {
	le64 device_id;
	le16 class, command;
	struct {
		le32 offset, size;
		u8 data[];
	} PACKED data;
} PACKED;

static void rfc2021(size_t more)
{
	struct config_set *p = region(BEFORE(config_set, data.data) + 3, 1, more);

	p->class = htole16(6);
	p->command = htole16(1);
	p->data.size = htole32(3);
	LE64(device_id);
	LE16(class);
	LE16(command);
	LE32(data.offset);
	LE32(data.size);
	COUNTED(data.data, 3);
	protocol = "admin-rfc2021";
	struct_entry("C packed struct composed from virtio-comment, RFC 'Introduce admin virtqueue as a new transport', August 2021",
		     "VIRTIO_ADMIN_CTRL_CONFIG_SET@3:out", variant(more), NULL);
	protocol = "virtio-core";
}

int main(void)
{
	for (size_t more = 0; more <= 7; more += 7) {
		net(more);
		blk(more);
		can(more, 0x0101, "virtio_can_rx@7");
		can(more, 0x0001, "virtio_can_tx_out@7");
		snd_tlv(more);
		rfc2021(more);
	}
	end();
	return 0;
}
