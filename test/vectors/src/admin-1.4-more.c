/*
 * Vectors of the administration virtqueue of virtio 1.4 that admin-1.4.json has none of: arms of unions, arrays of
 * another length, and parts of a device with more bytes than their layout has.
 *
 *   cc -o admin-1.4-more admin-1.4-more.c && ./admin-1.4-more > ../admin-1.4-more.json
 *
 * Layouts: oasis-tcs/virtio-spec, admin.tex, admin-cmds-capabilities.tex, admin-cmds-resource-objects.tex,
 * admin-cmds-device-parts.tex, device-parts.tex, device-types/net/description.tex; nothing has padding. The envelope of a
 * command is that of linux/virtio_pci.h, against which it is checked where that header is installed.
 */
#include "print-vector.h"

struct cmd_hdr { uint16_t opcode, group_type; uint8_t reserved1[12]; uint64_t group_member_id; } PACKED;
struct cmd_status { uint16_t status, status_qualifier; uint8_t reserved2[4]; } PACKED;

#if __has_include(<linux/virtio_pci.h>)
#include <linux/virtio_pci.h>
#ifdef VIRTIO_ADMIN_CMD_LIST_QUERY
_Static_assert(offsetof(struct virtio_admin_cmd_hdr, group_type) == offsetof(struct cmd_hdr, group_type), "");
_Static_assert(offsetof(struct virtio_admin_cmd_hdr, group_member_id) == offsetof(struct cmd_hdr, group_member_id), "");
_Static_assert(sizeof(struct virtio_admin_cmd_hdr) == sizeof(struct cmd_hdr), "");
_Static_assert(offsetof(struct virtio_admin_cmd_status, status_qualifier) == offsetof(struct cmd_status, status_qualifier), "");
_Static_assert(sizeof(struct virtio_admin_cmd_status) == sizeof(struct cmd_status), "");
#endif
#endif

/* The members of the envelope stand beside those of the command, as vectors spell them. */
#define READABLE uint16_t opcode, group_type; uint8_t reserved1[12]; uint64_t group_member_id
#define WRITABLE uint16_t status, status_qualifier; uint8_t reserved2[4]
#define READABLE_FIELDS F(opcode), F(group_type), R(reserved1), F(group_member_id)
#define WRITABLE_FIELDS F(status), F(status_qualifier), R(reserved2)
#define OUT(opcode) ", \"part\": \"device-readable\", \"command\": \"" #opcode "\""
#define IN(opcode) ", \"part\": \"device-writable\", \"command\": \"" #opcode "\""

struct ff_cap {
	uint32_t groups_limit, classifiers_limit, rules_limit, rules_per_group_limit;
	uint8_t last_rule_priority, selectors_per_classifier_limit, reserved[2];
} PACKED;
struct obj_hdr { uint16_t type; uint8_t reserved[2]; uint32_t id; } PACKED;
struct ff_group { uint16_t group_priority; } PACKED;

/* Two selectors of the flow filter, of 3 and of 5 bytes of mask. */
#define SELECTOR(bytes) struct { uint8_t type, flags, reserved[2], length, reserved1[3], mask[bytes]; } PACKED
struct ff_selectors { uint8_t count, reserved[7]; struct { SELECTOR(3) at0; SELECTOR(5) at1; } PACKED selectors; } PACKED;
struct ff_actions { uint8_t count, reserved[7], actions[3]; } PACKED;
struct ff_rule {
	uint32_t group_id, classifier_id;
	uint8_t rule_priority, key_length, action, reserved;
	uint16_t vq_index;
	uint8_t reserved1[2], keys[5];
} PACKED;
struct ff_rule_before {
	uint32_t group_id, classifier_id;
	uint8_t rule_priority, key_length, action, reserved;
	uint16_t vq_index;
	uint8_t reserved1[2], keys[5], behind[2];
} PACKED;

#define SELECTOR_FIELDS(at) F(at type), F(at flags), R(at reserved), F(at length), R(at reserved1), F(at mask)
#define SELECTORS_FIELDS(at) F(at count), R(at reserved), \
	SELECTOR_FIELDS(at selectors.at0.), SELECTOR_FIELDS(at selectors.at1.)
#define SELECTORS(at) (at).count = 2; (at).selectors.at0.length = 3; (at).selectors.at1.length = 5
#define ACTIONS_FIELDS(at) F(at count), R(at reserved), F(at actions)
#define RULE_FIELDS(at) F(at group_id), F(at classifier_id), F(at rule_priority), F(at key_length), F(at action), \
	R(at reserved), F(at vq_index), R(at reserved1), F(at keys)

/* Selectors of a part, eight bytes each. */
struct of_field { struct { uint32_t offset, reserved; } PACKED pci_common_cfg; } PACKED;
struct of_queue { struct { uint16_t index; uint8_t reserved[6]; } PACKED vq_index; } PACKED;
struct of_type { uint8_t device_type_raw[8]; } PACKED;
struct of_cvq { struct { uint8_t class, command, reserved[6]; } PACKED device_type_raw; } PACKED;
typedef uint8_t unused[8];

#define PART_HDR(with) struct { uint16_t part_type; uint8_t flags, reserved; with selector; uint32_t length; } PACKED
#define PART(with, ...) struct { PART_HDR(with) hdr; struct { __VA_ARGS__ } PACKED value; } PACKED
#define HDR_FIELDS(at) F(at part_type), F(at flags), R(at reserved)
#define OF_FIELD(at) F(at selector.pci_common_cfg.offset), R(at selector.pci_common_cfg.reserved)
#define OF_QUEUE(at) F(at selector.vq_index.index), R(at selector.vq_index.reserved)
#define OF_CVQ(at) \
	F(at selector.device_type_raw.class), F(at selector.device_type_raw.command), R(at selector.device_type_raw.reserved)

enum { FEATURES = 0x101, FIELD_OF_CFG = 0x102, STATUS = 0x103, VQ_CFG = 0x104, VQ_NOTIFY = 0x105, CVQ = 0x200 };
/* Offsets in the common configuration of PCI: num_queues, and queue_select beside it. */
enum { NUM_QUEUES = 18, QUEUE_SELECT = 22 };

/* A part names its kind and says how many bytes its value has. */
#define KIND_OF(at, kind) (at).hdr.part_type = (kind); (at).hdr.length = sizeof((at).value)
#define FIELD_AT(at, where) KIND_OF(at, FIELD_OF_CFG); (at).hdr.selector.pci_common_cfg.offset = (where)

/* What a later specification adds to the end of a value is found by the length alone. */
typedef PART(unused, uint64_t feature_bits[3];) features;
typedef PART(struct of_field, uint16_t num_queues; uint8_t beyond[2];) num_queues;
typedef PART(struct of_field, uint8_t data[2];) other_field;
typedef PART(unused, uint8_t device_status; uint8_t beyond[3];) device_status;
typedef PART(struct of_queue, uint16_t queue_size, vector, enabled, reserved;
	     uint64_t queue_desc, queue_driver, queue_device; uint8_t beyond[5];) vq_cfg;
typedef PART(struct of_queue, uint16_t queue_notify_off, queue_notif_config_data; uint8_t reserved[4], beyond[3];) vq_notify;
typedef PART(struct of_cvq, uint16_t virtqueue_pairs; uint8_t beyond[4];) net_cvq;
typedef PART(unused, uint8_t data[6];) unknown;

#define FEATURES_FIELDS(at) HDR_FIELDS(at hdr.), R(at hdr.selector), F(at hdr.length), \
	F(at value.feature_bits[0]), F(at value.feature_bits[1]), F(at value.feature_bits[2])
#define NUM_QUEUES_FIELDS(at) HDR_FIELDS(at hdr.), OF_FIELD(at hdr.), F(at hdr.length), \
	F(at value.num_queues), F(at value.beyond)
#define OTHER_FIELDS(at) HDR_FIELDS(at hdr.), OF_FIELD(at hdr.), F(at hdr.length), F(at value.data)
#define STATUS_FIELDS(at) HDR_FIELDS(at hdr.), R(at hdr.selector), F(at hdr.length), \
	F(at value.device_status), F(at value.beyond)
#define VQ_CFG_FIELDS(at) HDR_FIELDS(at hdr.), OF_QUEUE(at hdr.), F(at hdr.length), \
	F(at value.queue_size), F(at value.vector), F(at value.enabled), R(at value.reserved), \
	F(at value.queue_desc), F(at value.queue_driver), F(at value.queue_device), F(at value.beyond)
#define VQ_NOTIFY_FIELDS(at) HDR_FIELDS(at hdr.), OF_QUEUE(at hdr.), F(at hdr.length), \
	F(at value.queue_notify_off), F(at value.queue_notif_config_data), R(at value.reserved), F(at value.beyond)
#define NET_CVQ_FIELDS(at) HDR_FIELDS(at hdr.), OF_CVQ(at hdr.), F(at hdr.length), \
	F(at value.virtqueue_pairs), F(at value.beyond)
#define UNKNOWN_FIELDS(at) HDR_FIELDS(at hdr.), R(at hdr.selector), F(at hdr.length), F(at value.data)

static void capabilities(void)
{
	typedef struct { WRITABLE; struct { uint8_t cap_specific_data[5]; } PACKED result; } PACKED got;
	typedef struct { READABLE;
		struct { uint16_t id; uint8_t reserved[6]; struct ff_cap cap_specific_data; } PACKED data; } PACKED set_ff;
	typedef struct { READABLE;
		struct { uint16_t id; uint8_t reserved[6], cap_specific_data[7]; } PACKED data; } PACKED set_raw;
	typedef struct { READABLE; struct { uint64_t device_admin_cmd_opcodes[2]; } PACKED data; } PACKED list;

	/* Two more bytes stand behind what a count ends. */
	typedef struct { uint8_t count, reserved[7], actions[3], behind[2]; } PACKED only_actions;
	typedef SELECTOR(5) selector;
	typedef struct { WRITABLE; struct { struct ff_selectors cap_specific_data; } PACKED result; } PACKED got_selectors;
	typedef struct { WRITABLE; struct { only_actions cap_specific_data; } PACKED result; } PACKED got_actions;
	typedef struct { READABLE;
		struct { uint16_t id; uint8_t reserved[6]; struct ff_selectors cap_specific_data; } PACKED data; } PACKED set_selectors;
	typedef struct { READABLE;
		struct { uint16_t id; uint8_t reserved[6]; only_actions cap_specific_data; } PACKED data; } PACKED set_actions;

	VECTOR(got, "VIRTIO_ADMIN_CMD_DEVICE_CAP_GET/raw:in", IN(8), , WRITABLE_FIELDS, F(result.cap_specific_data))
	VECTOR(set_ff, "VIRTIO_ADMIN_CMD_DRIVER_CAP_SET/net_ff_resource:out", OUT(9), s.opcode = 9; s.data.id = 0x800,
	       READABLE_FIELDS, F(data.id), R(data.reserved), F(data.cap_specific_data.groups_limit),
	       F(data.cap_specific_data.classifiers_limit), F(data.cap_specific_data.rules_limit),
	       F(data.cap_specific_data.rules_per_group_limit), F(data.cap_specific_data.last_rule_priority),
	       F(data.cap_specific_data.selectors_per_classifier_limit), R(data.cap_specific_data.reserved))
	VECTOR(got_selectors, "VIRTIO_ADMIN_CMD_DEVICE_CAP_GET/net_ff_selector:in", IN(8),
	       SELECTORS(s.result.cap_specific_data), WRITABLE_FIELDS, SELECTORS_FIELDS(result.cap_specific_data.))
	VECTOR_BEFORE(2, got_actions, "VIRTIO_ADMIN_CMD_DEVICE_CAP_GET/net_ff_action:in", IN(8),
		      s.result.cap_specific_data.count = 3, WRITABLE_FIELDS, ACTIONS_FIELDS(result.cap_specific_data.))
	VECTOR(set_selectors, "VIRTIO_ADMIN_CMD_DRIVER_CAP_SET/net_ff_selector:out", OUT(9),
	       s.opcode = 9; s.data.id = 0x801; SELECTORS(s.data.cap_specific_data), READABLE_FIELDS,
	       F(data.id), R(data.reserved), SELECTORS_FIELDS(data.cap_specific_data.))
	VECTOR_BEFORE(2, set_actions, "VIRTIO_ADMIN_CMD_DRIVER_CAP_SET/net_ff_action:out", OUT(9),
		      s.opcode = 9; s.data.id = 0x802; s.data.cap_specific_data.count = 3, READABLE_FIELDS,
		      F(data.id), R(data.reserved), ACTIONS_FIELDS(data.cap_specific_data.))
	VECTOR(selector, "virtio_admin_net_ff_selector@5", "", s.length = 5, SELECTOR_FIELDS())
	VECTOR(struct ff_selectors, "virtio_admin_net_ff_selectors@2", "", SELECTORS(s), SELECTORS_FIELDS())
	VECTOR_BEFORE(2, only_actions, "virtio_admin_net_ff_actions@3", "", s.count = 3, ACTIONS_FIELDS())
	VECTOR(set_raw, "VIRTIO_ADMIN_CMD_DRIVER_CAP_SET/raw:out", OUT(9), s.opcode = 9; s.data.id = 0x7ff,
	       READABLE_FIELDS, F(data.id), R(data.reserved), F(data.cap_specific_data))
	VECTOR(list, "VIRTIO_ADMIN_CMD_LIST_USE@2:out", OUT(1), s.opcode = 1,
	       READABLE_FIELDS, F(data.device_admin_cmd_opcodes[0]), F(data.device_admin_cmd_opcodes[1]))
}

#define OBJ_FIELDS(at) F(at hdr.type), R(at hdr.reserved), F(at hdr.id)

static void resource_objects(void)
{
	typedef struct { READABLE; struct { struct obj_hdr hdr; uint64_t flags; uint8_t resource_obj_specific_data[13]; } PACKED
			 data; } PACKED raw_object;
	typedef struct { READABLE; struct { struct obj_hdr hdr; uint64_t flags; struct ff_group resource_obj_specific_data; } PACKED
			 data; } PACKED group;
	typedef struct { WRITABLE; struct { struct ff_group resource_obj_specific_result; } PACKED result; } PACKED group_now;
	typedef struct { WRITABLE; struct { uint8_t resource_obj_specific_result[9]; } PACKED result; } PACKED raw_now;

	VECTOR(raw_object, "VIRTIO_ADMIN_CMD_RESOURCE_OBJ_CREATE/raw:out", OUT(10), s.opcode = 10; s.data.hdr.type = 0x1ff,
	       READABLE_FIELDS, OBJ_FIELDS(data.), F(data.flags), F(data.resource_obj_specific_data))
	VECTOR(raw_object, "VIRTIO_ADMIN_CMD_RESOURCE_OBJ_MODIFY/raw:out", OUT(11), s.opcode = 11; s.data.hdr.type = 0x1ff,
	       READABLE_FIELDS, OBJ_FIELDS(data.), F(data.flags), F(data.resource_obj_specific_data))
	VECTOR(group, "VIRTIO_ADMIN_CMD_RESOURCE_OBJ_MODIFY/net_ff_group:out", OUT(11),
	       s.opcode = 11; s.data.hdr.type = 0x200,
	       READABLE_FIELDS, OBJ_FIELDS(data.), F(data.flags), F(data.resource_obj_specific_data.group_priority))
	VECTOR(group_now, "VIRTIO_ADMIN_CMD_RESOURCE_OBJ_QUERY/net_ff_group:in", IN(12), , WRITABLE_FIELDS,
	       F(result.resource_obj_specific_result.group_priority))
	VECTOR(raw_now, "VIRTIO_ADMIN_CMD_RESOURCE_OBJ_QUERY/raw:in", IN(12), , WRITABLE_FIELDS,
	       F(result.resource_obj_specific_result))
	VECTOR(struct ff_group, "virtio_admin_net_ff_group", "", , F(group_priority))

	/* Two more bytes stand behind the keys. */
	typedef struct { READABLE; struct { struct obj_hdr hdr; uint64_t flags;
		struct ff_selectors resource_obj_specific_data; } PACKED data; } PACKED classifier;
	typedef struct { READABLE; struct { struct obj_hdr hdr; uint64_t flags;
		struct ff_rule resource_obj_specific_data; uint8_t behind[2]; } PACKED data; } PACKED rule;
	typedef struct { WRITABLE; struct { struct ff_selectors resource_obj_specific_result; } PACKED result; } PACKED classifier_now;
	typedef struct { WRITABLE; struct { struct ff_rule resource_obj_specific_result; uint8_t behind[2]; } PACKED
			 result; } PACKED rule_now;

#define OBJECT(op, kind) s.opcode = (op); s.data.hdr.type = (kind)
#define OBJECT_FIELDS READABLE_FIELDS, OBJ_FIELDS(data.), F(data.flags)
	VECTOR(classifier, "VIRTIO_ADMIN_CMD_RESOURCE_OBJ_CREATE/net_ff_classifier:out", OUT(10), OBJECT(10, 0x201);
	       SELECTORS(s.data.resource_obj_specific_data), OBJECT_FIELDS, SELECTORS_FIELDS(data.resource_obj_specific_data.))
	VECTOR(classifier, "VIRTIO_ADMIN_CMD_RESOURCE_OBJ_MODIFY/net_ff_classifier:out", OUT(11), OBJECT(11, 0x201);
	       SELECTORS(s.data.resource_obj_specific_data), OBJECT_FIELDS, SELECTORS_FIELDS(data.resource_obj_specific_data.))
	VECTOR(classifier_now, "VIRTIO_ADMIN_CMD_RESOURCE_OBJ_QUERY/net_ff_classifier:in", IN(12),
	       SELECTORS(s.result.resource_obj_specific_result), WRITABLE_FIELDS,
	       SELECTORS_FIELDS(result.resource_obj_specific_result.))
	VECTOR_BEFORE(2, rule, "VIRTIO_ADMIN_CMD_RESOURCE_OBJ_CREATE/net_ff_rule:out", OUT(10), OBJECT(10, 0x202);
		      s.data.resource_obj_specific_data.key_length = 5,
		      OBJECT_FIELDS, RULE_FIELDS(data.resource_obj_specific_data.))
	VECTOR_BEFORE(2, rule, "VIRTIO_ADMIN_CMD_RESOURCE_OBJ_MODIFY/net_ff_rule:out", OUT(11), OBJECT(11, 0x202);
		      s.data.resource_obj_specific_data.key_length = 5,
		      OBJECT_FIELDS, RULE_FIELDS(data.resource_obj_specific_data.))
	VECTOR_BEFORE(2, rule_now, "VIRTIO_ADMIN_CMD_RESOURCE_OBJ_QUERY/net_ff_rule:in", IN(12),
		      s.result.resource_obj_specific_result.key_length = 5,
		      WRITABLE_FIELDS, RULE_FIELDS(result.resource_obj_specific_result.))
	VECTOR(struct ff_selectors, "virtio_admin_net_ff_classifier@2", "", SELECTORS(s), SELECTORS_FIELDS())
	VECTOR_BEFORE(2, struct ff_rule_before, "virtio_admin_net_ff_rule@5", "", s.key_length = 5, RULE_FIELDS())
}

static void device_parts(void)
{
	typedef struct { READABLE; struct { struct obj_hdr hdr;
		struct { other_field at0; num_queues at1; device_status at2; vq_cfg at3; vq_notify at4; net_cvq at5;
			 unknown at6; features at7; } PACKED parts; } PACKED data; } PACKED row;

	VECTOR(features, "virtio_dev_part/features", "", KIND_OF(s, FEATURES), FEATURES_FIELDS())
	VECTOR(num_queues, "virtio_dev_part/num_queues", "", FIELD_AT(s, NUM_QUEUES), NUM_QUEUES_FIELDS())
	VECTOR(other_field, "virtio_dev_part/other_field", "", FIELD_AT(s, QUEUE_SELECT), OTHER_FIELDS())
	VECTOR(device_status, "virtio_dev_part/device_status", "", KIND_OF(s, STATUS), STATUS_FIELDS())
	VECTOR(vq_cfg, "virtio_dev_part/vq_cfg", "", KIND_OF(s, VQ_CFG), VQ_CFG_FIELDS())
	VECTOR(vq_notify, "virtio_dev_part/vq_notify_cfg", "", KIND_OF(s, VQ_NOTIFY), VQ_NOTIFY_FIELDS())
	VECTOR(net_cvq, "virtio_dev_part/net_cvq", "", KIND_OF(s, CVQ), NET_CVQ_FIELDS())
	VECTOR(unknown, "virtio_dev_part/raw", "", KIND_OF(s, 0x1ff), UNKNOWN_FIELDS())

	/* Several in a row, of which each is as long as it says. */
	VECTOR(row, "VIRTIO_ADMIN_CMD_DEV_PARTS_SET@8:out", OUT(16),
	       s.opcode = 16; FIELD_AT(s.data.parts.at0, QUEUE_SELECT); FIELD_AT(s.data.parts.at1, NUM_QUEUES);
	       KIND_OF(s.data.parts.at2, STATUS); KIND_OF(s.data.parts.at3, VQ_CFG); KIND_OF(s.data.parts.at4, VQ_NOTIFY);
	       KIND_OF(s.data.parts.at5, CVQ); KIND_OF(s.data.parts.at6, 0x1ff); KIND_OF(s.data.parts.at7, FEATURES),
	       READABLE_FIELDS, OBJ_FIELDS(data.), OTHER_FIELDS(data.parts.at0.), NUM_QUEUES_FIELDS(data.parts.at1.),
	       STATUS_FIELDS(data.parts.at2.), VQ_CFG_FIELDS(data.parts.at3.), VQ_NOTIFY_FIELDS(data.parts.at4.),
	       NET_CVQ_FIELDS(data.parts.at5.), UNKNOWN_FIELDS(data.parts.at6.), FEATURES_FIELDS(data.parts.at7.))
}

typedef PART_HDR(struct of_field) field_hdr;
typedef PART_HDR(struct of_queue) queue_hdr;
typedef PART_HDR(struct of_cvq) cvq_hdr;
typedef PART_HDR(unused) plain_hdr;

#define FIELD_HDR(at) HDR_FIELDS(at), OF_FIELD(at), F(at length)
#define QUEUE_HDR(at) HDR_FIELDS(at), OF_QUEUE(at), F(at length)
#define PLAIN_HDR(at) HDR_FIELDS(at), R(at selector), F(at length)

static void part_headers(void)
{
	/* Two headers are counted; a third has bytes, and is none of theirs. */
	typedef struct { uint32_t count, reserved;
		struct { field_hdr at0; queue_hdr at1; plain_hdr at2; } PACKED hdrs; } PACKED list;
	typedef struct { list hdr_list; } PACKED only_list;
	typedef struct { WRITABLE; struct { list hdr_list; } PACKED result; } PACKED result_list;
	typedef struct { struct { uint32_t count, reserved; } PACKED hdr_list_count; } PACKED only_count;

	VECTOR(struct of_type, "virtio_dev_part_select_device_type", "", , F(device_type_raw))
	VECTOR(field_hdr, "virtio_dev_part_value_hdr/pci_common_cfg", "", s.part_type = FIELD_OF_CFG, FIELD_HDR())
	VECTOR(queue_hdr, "virtio_dev_part_value_hdr/vq_index", "", s.part_type = VQ_CFG, QUEUE_HDR())
	VECTOR(queue_hdr, "virtio_dev_part_value_hdr/vq_index", "", s.part_type = VQ_NOTIFY, QUEUE_HDR())
	VECTOR(cvq_hdr, "virtio_dev_part_value_hdr/net_cvq", "", s.part_type = CVQ, HDR_FIELDS(), OF_CVQ(), F(length))
	VECTOR(plain_hdr, "virtio_dev_part_value_hdr/other", "", s.part_type = STATUS, PLAIN_HDR())

#define LIST_FIELDS(at) F(at count), R(at reserved), FIELD_HDR(at hdrs.at0.), QUEUE_HDR(at hdrs.at1.)
#define LIST(at) (at).count = 2; (at).hdrs.at0.part_type = FIELD_OF_CFG; (at).hdrs.at1.part_type = VQ_CFG
	VECTOR_BEFORE(16, list, "virtio_dev_parts_list@2", "", LIST(s), LIST_FIELDS())
	VECTOR_BEFORE(16, only_list, "virtio_admin_cmd_dev_parts_metadata_result/hdr_list@2", "",
		      LIST(s.hdr_list), LIST_FIELDS(hdr_list.))
	VECTOR_BEFORE(16, result_list, "VIRTIO_ADMIN_CMD_DEV_PARTS_METADATA_GET/list@2:in", IN(14), LIST(s.result.hdr_list),
		      WRITABLE_FIELDS, LIST_FIELDS(result.hdr_list.))
	VECTOR(only_count, "virtio_admin_cmd_dev_parts_metadata_result/hdr_list_count", "", ,
	       F(hdr_list_count.count), R(hdr_list_count.reserved))
}

int main(void)
{
	source = "C packed struct written from oasis-tcs/virtio-spec, virtio 1.4";
	protocol = "admin-1.4";
	capabilities();
	resource_objects();
	device_parts();
	part_headers();
	END();
	return 0;
}
