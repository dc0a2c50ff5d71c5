/* Structs that the installed headers of the kernel have, headers of 2022 included: bytes, values and offsets are theirs. */
#include <linux/virtio_9p.h>
#include <linux/virtio_input.h>
#include <linux/virtio_mem.h>
#include <linux/virtio_net.h>
#include <linux/virtio_scsi.h>

#include "vector.h"

#define UAPI "linux uapi "

/* A request has three arms of one shape; its type says which one counts. Padding is zero, or as distinct as the rest. */
#define MEM_REQ(arm, number, variant, first, padded) \
	do { \
		struct virtio_mem_req *p = region(sizeof *p, first, 0); \
		p->type = htole16(number); \
		if (!padded) { \
			ZERO(padding); \
			ZERO(u.arm.padding); \
		} \
		LE16(type); \
		LE16(padding[0]); \
		LE16(padding[1]); \
		LE16(padding[2]); \
		LE64(u.arm.addr); \
		LE16(u.arm.nb_blocks); \
		LE16(u.arm.padding[0]); \
		LE16(u.arm.padding[1]); \
		LE16(u.arm.padding[2]); \
		struct_entry(UAPI "virtio_mem.h", "virtio_mem_req/" #arm, variant, "virtio_mem_req"); \
	} while (0)

static void mem(void)
{
	MEM_REQ(plug, VIRTIO_MEM_REQ_PLUG, "ramp", 1, 0);
	MEM_REQ(unplug, VIRTIO_MEM_REQ_UNPLUG, "ramp", 1, 0);
	MEM_REQ(state, VIRTIO_MEM_REQ_STATE, "ramp", 1, 0);
	MEM_REQ(plug, VIRTIO_MEM_REQ_PLUG, "padding", 0x81, 1);
	MEM_REQ(unplug, VIRTIO_MEM_REQ_UNPLUG, "padding", 0x81, 1);
	MEM_REQ(state, VIRTIO_MEM_REQ_STATE, "padding", 0x81, 1);
	for (int high = 0; high < 2; high++) {
		struct virtio_mem_resp_state *p = region(sizeof *p, high ? 0x81 : 1, 0);

		LE16(state);
		struct_entry(UAPI "virtio_mem.h", "virtio_mem_resp_state", high ? "high ramp" : "ramp", "virtio_mem_resp_state");
	}
}

static void scsi(void)
{
	static const uint8_t responses[] = { VIRTIO_SCSI_S_FUNCTION_SUCCEEDED, VIRTIO_SCSI_S_FUNCTION_REJECTED, 0x81 };

	static const char *const variants[] = { "ramp", "rejected", "high ramp" };

	for (size_t i = 0; i < sizeof responses; i++) {
		struct virtio_scsi_ctrl_tmf_resp *p = region(sizeof *p, responses[i], 0);

		U8(response);
		struct_entry(UAPI "virtio_scsi.h", "virtio_scsi_ctrl_tmf_in", variants[i],
			     "virtio_scsi_ctrl_tmf_resp");
	}
}

static struct virtio_input_config *input_config(uint8_t select, uint8_t subsel, uint8_t answer)
{
	struct virtio_input_config *p = region(sizeof *p, 1, 0);

	p->select = select;
	p->subsel = subsel;
	p->size = answer;
	ZERO(reserved);
	/* The device has no more to say. */
	memset(p->u.bitmap + answer, 0, sizeof p->u.bitmap - answer);
	U8(select);
	U8(subsel);
	U8(size);
	BYTES(reserved);
	return p;
}

static void input(void)
{
	struct virtio_input_config *p = input_config(VIRTIO_INPUT_CFG_ID_DEVIDS, 0, sizeof p->u.ids);

	LE16(u.ids.bustype);
	LE16(u.ids.vendor);
	LE16(u.ids.product);
	LE16(u.ids.version);
	struct_entry(UAPI "virtio_input.h", "virtio_input_config/ids", "ramp", "virtio_input_config");

	p = input_config(VIRTIO_INPUT_CFG_ABS_INFO, 0x35, sizeof p->u.abs);
	LE32(u.abs.min);
	LE32(u.abs.max);
	LE32(u.abs.fuzz);
	LE32(u.abs.flat);
	LE32(u.abs.res);
	struct_entry(UAPI "virtio_input.h", "virtio_input_config/abs", "ramp", "virtio_input_config");

	p = input_config(VIRTIO_INPUT_CFG_EV_BITS, 0x03, 17);
	BYTES(u.bitmap);
	struct_entry(UAPI "virtio_input.h", "virtio_input_config/bitmap", "ramp", "virtio_input_config");
}

/* Bytes behind what a count announces are not the struct's: a config space is longer, tables stand back to back. */
static void counted(void)
{
	for (int more = 0; more < 2; more++) {
		const char *variant = more ? "surplus" : "ramp";
		{
			struct virtio_net_ctrl_mac *p = region(sizeof *p + 3 * 6, 1, more ? 14 : 0);

			p->entries = htole32(3);
			LE32(entries);
			BYTES(macs[0]);
			BYTES(macs[1]);
			BYTES(macs[2]);
			struct_entry(UAPI "virtio_net.h", "virtio_net_ctrl_mac@3", variant, "virtio_net_ctrl_mac");
		}
		{
			struct virtio_net_hash_config *p = region(AT(hash_key_data) + 5, 1, more ? 4 : 0);

			ZERO(reserved);
			p->hash_key_length = 5;
			LE32(hash_types);
			LE16(reserved[0]);
			LE16(reserved[1]);
			LE16(reserved[2]);
			LE16(reserved[3]);
			U8(hash_key_length);
			COUNTED(hash_key_data, 5);
			struct_entry(UAPI "virtio_net.h", "virtio_net_hash_config@5", variant, "virtio_net_hash_config");
		}
		{
			struct virtio_9p_config *p = region(sizeof *p + 4, 1, more ? 3 : 0);

			p->tag_len = htole16(4);
			LE16(tag_len);
			COUNTED(tag, 4);
			struct_entry(UAPI "virtio_9p.h", "virtio_9p_config@4", variant, "virtio_9p_config");
		}
	}
}

int main(void)
{
	mem();
	scsi();
	input();
	counted();
	end();
	return 0;
}
