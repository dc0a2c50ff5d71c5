/*
 * Arms of unions, and structs that stand alone nowhere else. No header has them, or only headers newer than those installed
 * may be: they are written by hand after the text of virtio, which knows no padding, so that they are packed.
 */
#include "vector.h"

#define TEXT "C packed struct composed from oasis-tcs/virtio-spec device-types/"

static const char *variant(uint8_t first)
{
	return first > 1 ? "high ramp" : "ramp";
}

/* What is possible for a control. The arm of 64 bits is aligned as it is in the header; the text does not align it. */
#define CTL_INFO(s, union_type) \
	struct s { \
		struct { \
			le32 hda_fn_nid; \
		} hdr; \
		le32 role, type, access, count, index; \
		u8 name[44]; \
		union_type value; \
	}
union values {
	struct {
		le32 min, max, step;
	} integer;
	struct {
		le64 min, max, step;
	} __attribute__((aligned(8))) integer64;
	struct {
		le32 items;
	} enumerated;
};
union packed_values {
	struct {
		le32 min, max, step;
	} PACKED integer;
	struct {
		le64 min, max, step;
	} PACKED integer64;
	struct {
		le32 items;
	} PACKED enumerated;
} PACKED;
CTL_INFO(ctl_info, union values);
CTL_INFO(ctl_info_packed, union packed_values);

#define CTL_HEAD(s, number, arm, first) \
	struct s *p = region(sizeof *p, first, 0); \
	p->type = htole32(number); \
	/* What the compiler puts before the union is zero, and so is what lies behind the arm. */ \
	memset((char *)p + AT(name) + sizeof p->name, 0, AT(value) - AT(name) - sizeof p->name); \
	memset((char *)&p->value + sizeof p->value.arm, 0, sizeof p->value - sizeof p->value.arm); \
	LE32(hdr.hda_fn_nid); \
	LE32(role); \
	LE32(type); \
	LE32(access); \
	LE32(count); \
	LE32(index); \
	BYTES(name)
#define CTL_INTEGER(s, shape, first, of) \
	do { \
		CTL_HEAD(s, 1, integer, first); \
		LE32(value.integer.min); \
		LE32(value.integer.max); \
		LE32(value.integer.step); \
		struct_entry(of, "virtio_snd_ctl_info/" shape, variant(first), NULL); \
	} while (0)
#define CTL_INTEGER64(s, shape, first, of) \
	do { \
		CTL_HEAD(s, 2, integer64, first); \
		LE64(value.integer64.min); \
		LE64(value.integer64.max); \
		LE64(value.integer64.step); \
		struct_entry(of, "virtio_snd_ctl_info/" shape, variant(first), NULL); \
	} while (0)
#define CTL_ENUMERATED(s, shape, first, of) \
	do { \
		CTL_HEAD(s, 3, enumerated, first); \
		LE32(value.enumerated.items); \
		struct_entry(of, "virtio_snd_ctl_info/" shape, variant(first), NULL); \
	} while (0)

#define SOUND TEXT "sound/description.tex"
#define SOUND_ALIGNED "C struct with the compiler's padding, as in linux uapi virtio_snd.h"

struct ctl_enumerated {
	le32 items;
} PACKED;

static void snd(uint8_t first)
{
	CTL_INTEGER(ctl_info, "integer", first, SOUND_ALIGNED);
	CTL_INTEGER64(ctl_info, "integer64-uapi", first, SOUND_ALIGNED);
	CTL_ENUMERATED(ctl_info, "enumerated", first, SOUND_ALIGNED);
	CTL_INTEGER(ctl_info_packed, "integer-packed", first, SOUND);
	CTL_INTEGER64(ctl_info_packed, "integer64-packed", first, SOUND);
	CTL_ENUMERATED(ctl_info_packed, "enumerated-packed", first, SOUND);
	struct ctl_enumerated *p = region(sizeof *p, first, 0);
	LE32(items);
	struct_entry(SOUND, "virtio_snd_ctl_enumerated", variant(first), NULL);
}

struct scmi_event {
	le32 hdr;
	u8 payload[];
} PACKED;

static void scmi(uint8_t first)
{
	struct scmi_event *p = region(offsetof(struct scmi_event, payload) + 7, first, 0);

	LE32(hdr);
	COUNTED(payload, 7);
	struct_entry(TEXT "scmi/description.tex", "virtio_scmi_event_msg@7", variant(first), NULL);
}

/* Which type has which outer header the text does not say: vectors name the arm. */
struct tunnel {
	u8 type, reserved[3];
	union {
		u8 raw[40];
		struct {
			u8 src_addr[16], dst_addr[16];
			le32 flabel;
			u8 hlimit, dscp, reserved2[2];
		} PACKED ipv6;
	} PACKED;
} PACKED;

struct ipsec_sa {
	u8 mode, direction, reserved[2];
	le32 obj_id, spi, salt;
	le64 options;
	struct tunnel param;
	le16 udp_sport, udp_dport;
	le32 replay_win_sz;
	le64 cipher_algo;
	struct {
		le16 length, reserved1;
		u8 data[32];
	} PACKED cipher_key;
	le64 auth_algo;
	struct {
		le16 length, reserved2;
		u8 data[32];
	} PACKED auth_key;
	struct {
		le64 packets_soft_limit, bytes_soft_limit, packets_hard_limit, bytes_hard_limit;
	} PACKED life;
} PACKED;

static void crypto(void)
{
	{
		struct tunnel *p = region(sizeof *p, 1, 0);

		ZERO(reserved);
		U8(type);
		BYTES(reserved);
		BYTES(raw);
		struct_entry(TEXT "crypto/description.tex", "virtio_crypto_ipsec_tunnel/raw", "ramp", NULL);
	}
	{
		struct tunnel *p = region(sizeof *p, 0x81, 0);

		ZERO(reserved);
		ZERO(ipv6.reserved2);
		U8(type);
		BYTES(reserved);
		BYTES(ipv6.src_addr);
		BYTES(ipv6.dst_addr);
		LE32(ipv6.flabel);
		U8(ipv6.hlimit);
		U8(ipv6.dscp);
		BYTES(ipv6.reserved2);
		struct_entry(TEXT "crypto/description.tex", "virtio_crypto_ipsec_tunnel/ipv6", variant(0x81), NULL);
	}
	{
		struct ipsec_sa *p = region(sizeof *p, 1, 0);

		ZERO(reserved);
		ZERO(param.reserved);
		ZERO(cipher_key.reserved1);
		ZERO(auth_key.reserved2);
		p->cipher_key.length = htole16(sizeof p->cipher_key.data);
		p->auth_key.length = htole16(sizeof p->auth_key.data);
		U8(mode);
		U8(direction);
		BYTES(reserved);
		LE32(obj_id);
		LE32(spi);
		LE32(salt);
		LE64(options);
		U8(param.type);
		BYTES(param.reserved);
		BYTES(param.raw);
		LE16(udp_sport);
		LE16(udp_dport);
		LE32(replay_win_sz);
		LE64(cipher_algo);
		LE16(cipher_key.length);
		LE16(cipher_key.reserved1);
		BYTES(cipher_key.data);
		LE64(auth_algo);
		LE16(auth_key.length);
		LE16(auth_key.reserved2);
		BYTES(auth_key.data);
		LE64(life.packets_soft_limit);
		LE64(life.bytes_soft_limit);
		LE64(life.packets_hard_limit);
		LE64(life.bytes_hard_limit);
		struct_entry(TEXT "crypto/description.tex", "virtio_crypto_resource_obj_ipsec_sa_256b_key/raw", "ramp", NULL);
	}
}

int main(void)
{
	for (int first = 0x01; first <= 0x81; first += 0x80) {
		snd(first);
		scmi(first);
	}
	crypto();
	end();
	return 0;
}
