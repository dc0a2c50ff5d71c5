/*
 * Vectors of the layouts in shared memory and of the interfaces to user space, every field and reserved one with bytes
 * of its own, which those in virtio-msg.json mostly have zeros in.
 *
 *   cc -o layouts-more layouts-more.c && ./layouts-more > ../layouts-more.json
 *
 * The structs are those of the headers named with each, by the natural alignment of C: nothing here is packed, and a hole
 * is where the compiler leaves one. Values are patterns; magic, version and the like are for other vectors to tell.
 */
#include "print-vector.h"

static void amp(void)
{
	struct spsc_queue_shared { uint32_t head; uint8_t pad0[60]; uint32_t tail; uint8_t pad1[60]; uint8_t slots[2][64]; };
	struct amp_static_queue_def {
		uint32_t magic, version, driver_peer_ord, dev_peer_ord;
		uint16_t drv_elt_size, drv_num_elts, dev_elt_size, dev_num_elts;
		uint64_t drv_head, drv_data, dev_head, dev_data;
	};
	struct amp_static_queue_head { uint16_t status, reserved, w_idx, r_idx; };
	struct amp_layout_def_simple {
		uint16_t magic, version, length, options;
		uint8_t num_notifications, num_vq_notify_per_device;
		uint16_t num_q_elements, size_q_elements, pad1;
		uint64_t off_dev_notifications, off_drv_notifications, off_dev_q_head, off_drv_q_head;
		uint64_t off_dev_q_elements, off_drv_q_elements;
	};
	struct amp_queue_head { uint16_t magic, status, head, tail; };
	struct layout {
		uint16_t magic, length, version, features;
		uint8_t num_notif, num_vq_notif_per_device;
		uint16_t num_queue_elements, size_queue_elements, reserved;
		uint64_t dev_notif_offset, dev_queue_head_offset, dev_queue_elements_offset;
		uint64_t drv_notif_offset, drv_queue_head_offset, drv_queue_elements_offset;
	};
	struct queue_head { uint16_t magic, status, tail, head; };

	source = "C struct written from vireshk/linux-bkp drivers/virtio/spsc_queue.h, with two packets";
	protocol = "amp-v0";
	VECTOR(struct spsc_queue_shared, "SPSC_QUEUE_SHARED", "", , F(head), F(tail), F(slots[0]), F(slots[1]))

	source = "C struct written from open-amp amp_static_queue.h";
	protocol = "amp-openamp-2024";
	VECTOR(struct amp_static_queue_def, "AMP_STATIC_QUEUE_DEF", "", , F(magic), F(version), F(driver_peer_ord),
	       F(dev_peer_ord), F(drv_elt_size), F(drv_num_elts), F(dev_elt_size), F(dev_num_elts), F(drv_head), F(drv_data),
	       F(dev_head), F(dev_data))
	VECTOR(struct amp_static_queue_head, "AMP_STATIC_QUEUE_HEAD", "", , F(status), R(reserved), F(w_idx), F(r_idx))

	source = "C struct written from wmamills/hvac-demo@wip-amp-data-defs notes/amp-data-structures.h";
	protocol = "amp-hvac-draft";
	VECTOR(struct amp_layout_def_simple, "AMP_LAYOUT_DEF_SIMPLE", "", , F(magic), F(version), F(length), F(options),
	       F(num_notifications), F(num_vq_notify_per_device), F(num_q_elements), F(size_q_elements), R(pad1),
	       F(off_dev_notifications), F(off_drv_notifications), F(off_dev_q_head), F(off_drv_q_head),
	       F(off_dev_q_elements), F(off_drv_q_elements))
	VECTOR(struct amp_queue_head, "AMP_QUEUE_HEAD", "", , F(magic), F(status), F(head), F(tail))

	source = "C struct written from linux 2026 include/uapi/linux/virtio_msg_amp_shmem.h";
	protocol = "amp-shmem-v1";
	VECTOR(struct layout, "LAYOUT", "", , F(magic), F(length), F(version), F(features), F(num_notif),
	       F(num_vq_notif_per_device), F(num_queue_elements), F(size_queue_elements), R(reserved), F(dev_notif_offset),
	       F(dev_queue_head_offset), F(dev_queue_elements_offset), F(drv_notif_offset), F(drv_queue_head_offset),
	       F(drv_queue_elements_offset))
	VECTOR(struct queue_head, "QUEUE_HEAD", "", , F(magic), F(status), F(tail), F(head))
}

static void fifo(void)
{
	struct fifo_header {
		uint8_t magic[8];
		uint16_t version;
		uint8_t pad0[6];
		uint16_t message_size, depth;
		uint8_t pad1[4];
		uint32_t next_offset;
		uint8_t pad2[36];
		uint16_t read_index;
		uint8_t pad3[62];
		uint16_t write_index;
		uint8_t pad4[62];
	};

	source = "C struct written from vireshk/linux-bkp drivers/virtio/virtio_msg_bus_ffa_protocol.h";
	protocol = "ffa-v1-fifo";
	VECTOR(struct fifo_header, "FIFO_HEADER", "", , F(magic), F(version), F(message_size), F(depth), F(next_offset),
	       F(read_index), F(write_index))
}

struct map_event {
	uint64_t seq, map_id, epoch, bus_addr, length, mmap_offset, mmap_length;
	uint16_t type, reserved0;
	uint32_t flags;
	uint64_t reserved1[2];
};

#define MAP_EVENT_FIELDS F(seq), F(map_id), F(epoch), F(bus_addr), F(length), F(mmap_offset), F(mmap_length), F(type), \
	R(reserved0), R(flags), R(reserved1[0]), R(reserved1[1])

static void bridge_endpoints(void)
{
	struct resolve_endpoint { char bus_name[16], bus_id[48]; uint32_t handle, flags; uint64_t reserved[2]; };
	struct release_endpoint { uint32_t handle, flags; uint64_t reserved; };
	struct attach {
		uint32_t endpoint_id, flags;
		int32_t ring_fd, kick_fd, call_fd;
		uint32_t vmm_max_msg_size;
		uint64_t tx_offset, tx_bytes;
		uint32_t tx_entries, tx_entry_size;
		uint64_t tx_reserved, rx_offset, rx_bytes;
		uint32_t rx_entries, rx_entry_size;
		uint64_t rx_reserved;
		uint32_t caps_uapi_version, caps_revision, caps_max_msg_size, caps_flags;
		uint64_t caps_transport_features, caps_bridge_features, caps_reserved1[2], reserved1[4];
	};
	struct ring_hdr { uint32_t prod, cons, entries, entry_size, flags, reserved; };

	VECTOR(struct resolve_endpoint, "RESOLVE_ENDPOINT", "", , F(bus_name), F(bus_id), F(handle), F(flags),
	       R(reserved[0]), R(reserved[1]))
	VECTOR(struct release_endpoint, "RELEASE_ENDPOINT", "", , F(handle), R(flags), R(reserved))
	VECTOR(struct attach, "ATTACH", "", , F(endpoint_id), R(flags), F(ring_fd), F(kick_fd), F(call_fd),
	       F(vmm_max_msg_size), F(tx_offset), F(tx_bytes), F(tx_entries), F(tx_entry_size), R(tx_reserved), F(rx_offset),
	       F(rx_bytes), F(rx_entries), F(rx_entry_size), R(rx_reserved), F(caps_uapi_version), F(caps_revision),
	       F(caps_max_msg_size), F(caps_flags), F(caps_transport_features), F(caps_bridge_features),
	       R(caps_reserved1[0]), R(caps_reserved1[1]), R(reserved1[0]), R(reserved1[1]), R(reserved1[2]), R(reserved1[3]))
	VECTOR(struct ring_hdr, "RING_HDR", "", , F(prod), F(cons), F(entries), F(entry_size), R(flags), R(reserved))
}

static void bridge_events(void)
{
	/* That of the event, with a head of its own behind it. */
	struct map_event_recv {
		uint64_t seq, map_id, epoch, bus_addr, length, mmap_offset, mmap_length;
		uint16_t type, reserved0;
		uint32_t flags;
		uint64_t reserved1[2];
		uint32_t recv_flags, recv_reserved0;
		uint64_t recv_reserved1[2];
	};
	struct map_event_ack { uint64_t seq; uint16_t type, status; uint32_t flags; uint64_t reserved1[2]; };
	struct set_devices {
		uint32_t endpoint_id;
		uint16_t first_dev_num, last_dev_num;
		uint32_t flags, bitmap_bytes, reserved0;
		uint64_t bitmap_ptr;
	};
	struct endpoint_online {
		uint64_t seq;
		uint16_t type, flags;
		uint32_t payload_len, endpoint_id;
		char bus_name[16];
		uint32_t max_msg_size;
		uint64_t reserved0[2];
		uint8_t pad[24];
	};
	struct endpoint_offline {
		uint64_t seq;
		uint16_t type, flags;
		uint32_t payload_len, endpoint_id, reason;
		uint64_t reserved0[1];
		uint8_t pad[48];
	};
	struct msg_error {
		uint16_t dev_num, token;
		uint8_t msg_id, reserved0[3];
		int32_t error;
		uint32_t flags;
		uint64_t reserved1[2];
	};

	VECTOR(struct map_event, "MAP_EVENT", "", , MAP_EVENT_FIELDS)
	VECTOR(struct map_event_recv, "MAP_EVENT_RECV", "", , MAP_EVENT_FIELDS, R(recv_flags), R(recv_reserved0),
	       R(recv_reserved1[0]), R(recv_reserved1[1]))
	VECTOR(struct map_event_ack, "MAP_EVENT_ACK", "", , F(seq), F(type), F(status), R(flags), R(reserved1[0]),
	       R(reserved1[1]))
	VECTOR(struct set_devices, "SET_DEVICES", "", , F(endpoint_id), F(first_dev_num), F(last_dev_num), F(flags),
	       F(bitmap_bytes), R(reserved0), F(bitmap_ptr))
	VECTOR(struct endpoint_online, "CONTROL_MSG_ENDPOINT_ONLINE", "", , F(seq), F(type), R(flags), F(payload_len),
	       F(endpoint_id), F(bus_name), F(max_msg_size), R(reserved0[0]), R(reserved0[1]), R(pad))
	VECTOR(struct endpoint_offline, "CONTROL_MSG_ENDPOINT_OFFLINE", "", , F(seq), F(type), R(flags), F(payload_len),
	       F(endpoint_id), F(reason), R(reserved0[0]), R(pad))
	VECTOR(struct msg_error, "MSG_ERROR", "", , F(dev_num), F(token), F(msg_id), R(reserved0), F(error), R(flags),
	       R(reserved1[0]), R(reserved1[1]))
}

static void device_node(void)
{
	/* The smallest message a read or write of 2025 has. */
	struct frame { uint8_t message[44]; };

	VECTOR(struct frame, "virtio_msg_user_frame", "", , F(message))
}

int main(void)
{
	amp();
	fifo();
	source = "C struct written from vireshk/linux-bkp include/uapi/linux/virtio_msg_bus_bridge.h";
	protocol = "bridge-uapi-v1";
	bridge_endpoints();
	bridge_events();
	source = "linux 2025 drivers/virtio/virtio_msg_user.c: one message with nothing around it";
	protocol = "device-node";
	device_node();
	END();
	return 0;
}
