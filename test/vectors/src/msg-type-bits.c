/*
 * Messages whose type has the bits 2 to 7 set: a writer leaves them zero, a reader ignores them, in every dialect that has
 * a type. And messages of the wrong class: ids of bus and of transport messages are two spaces, so that a transport id
 * with the bus bit names nothing where there are no bus messages; what names nothing is dropped.
 */
#include "vector.h"

#define RESPONSE 0x01
#define BUS 0x02

/* Headers as they grew. Those of four bytes precede 36 bytes of content, zero behind what the message has. */
struct head4 {
	u8 type, msg_id;
	le16 dev_num;
} PACKED;

/* What FF-A calls the bytes of the device number, which its first bus left unused. */
struct head4_ffa {
	u8 type, msg_id;
	le16 unused;
} PACKED;

struct head6 {
	u8 type, msg_id;
	le16 dev_num, msg_size;
} PACKED;

struct head8 {
	u8 type, msg_id;
	le16 dev_num, token, msg_size;
} PACKED;

enum { FRAME = 40 };

struct empty {
} PACKED;

/* Of GET_DEVICE_STATUS and PING. */
struct status {
	le32 status;
} PACKED;

struct ping {
	le32 data;
} PACKED;

struct area {
	le16 area_id;
} PACKED;

/* Not one field after the first is aligned. */
struct area_share {
	le16 area_id;
	le64 mem_handle, tag;
	le32 page_count, attributes;
} PACKED;

struct area_2024 {
	le32 area_id;
	le64 mem_handle;
} PACKED;

static void message_entry(const char *dialect, const char *class, const char *message, const char *kind, const char *set)
{
	begin();
	printf("{\"source\": \"C packed struct composed from the layouts of the dialect\", \"confirmed_by\": [], ");
	printf("\"dialect\": \"%s\", \"class\": \"%s\", \"message\": \"%s\", \"kind\": \"%s\", \"set\": \"%s\", ", dialect, class,
	       message, kind, set);
	told("header", &header);
	told("fields", &fields);
	printf("\"size\": %zu, \"hex\": \"%s\"}", size, message_hex());
}

static void dropped(const char *name, const char *dialect, const char *profile)
{
	begin();
	printf("{\"name\": \"%s\", \"dialect\": \"%s\", \"message\": \"GET_DEVICE_STATUS\", \"kind\": \"request\", ", name, dialect);
	printf("\"hex\": \"%s\", \"verdict\": \"drop\", \"judge\": \"class bit and id select the message\", ", message_hex());
	printf("\"why\": \"the bus bit is set, and no bus message has this id\", \"checked\": \"text\", \"context\": {}, ");
	printf("\"profile\": \"%s\", \"dir\": \"driver->device\", \"layer\": \"codec\", \"structural\": \"unknown id\"}", profile);
}

#define NAMED(path, value, width) number(path, value, "", 0, width)
#define CONTENT(m, read) NAMED(#m, read(p->body.m), sizeof p->body.m)

/* A message of a type behind a header: what all headers have is filled and named, content is a ramp. */
#define MESSAGE(head_type, content, type_bits, id, third) \
	struct { \
		struct head_type head; \
		struct content body; \
	} PACKED *p = region(sizeof *p, 0x11, 0); \
	in_header(); \
	p->head.type = type_bits; \
	p->head.msg_id = id; \
	p->head.third = htole16((type_bits) & BUS ? 0 : 0x1234); \
	NAMED("type", p->head.type, 1); \
	NAMED("msg_id", p->head.msg_id, 1); \
	NAMED(#third, le16toh(p->head.third), 2)
#define SIZED() \
	p->head.msg_size = htole16(sizeof *p); \
	NAMED("msg_size", le16toh(p->head.msg_size), 2); \
	in_content()

#define HEAD4(content, type_bits, id) \
	MESSAGE(head4, content, type_bits, id, dev_num); \
	size = FRAME; \
	in_content()
#define HEAD4_FFA(content, type_bits, id) \
	MESSAGE(head4_ffa, content, type_bits, id, unused); \
	size = FRAME; \
	in_content()
#define HEAD6(content, type_bits, id) \
	MESSAGE(head6, content, type_bits, id, dev_num); \
	SIZED()
#define HEAD8(content, type_bits, id) \
	MESSAGE(head8, content, type_bits, id, dev_num); \
	p->head.token = htole16(0x5678); \
	NAMED("token", le16toh(p->head.token), 2); \
	SIZED()

/* All ignored bits, and every other one of them with each kind of message. */
#define TRANSPORT(HEAD, dialect, id) \
	do { \
		{ \
			HEAD(empty, 0xfc, id); \
			message_entry(dialect, "transport", "GET_DEVICE_STATUS", "request", "type-fc"); \
		} \
		{ \
			HEAD(empty, 0x54, id); \
			message_entry(dialect, "transport", "GET_DEVICE_STATUS", "request", "type-54"); \
		} \
		{ \
			HEAD(status, 0xa8 | RESPONSE, id); \
			CONTENT(status, le32toh); \
			message_entry(dialect, "transport", "GET_DEVICE_STATUS", "response", "type-a8"); \
		} \
	} while (0)

#define PINGS(HEAD, dialect, id) \
	do { \
		{ \
			HEAD(ping, 0xa8 | BUS, id); \
			CONTENT(data, le32toh); \
			message_entry(dialect, "bus", "PING", "request", "type-a8"); \
		} \
		{ \
			HEAD(ping, 0x54 | BUS | RESPONSE, id); \
			CONTENT(data, le32toh); \
			message_entry(dialect, "bus", "PING", "response", "type-54"); \
		} \
	} while (0)

#define AREAS(HEAD, dialect) \
	do { \
		{ \
			HEAD(area, 0xa8 | BUS, 0x82); \
			CONTENT(area_id, le16toh); \
			message_entry(dialect, "ffa-bus", "AREA_UNSHARE", "request", "type-a8"); \
		} \
		{ \
			HEAD(area_share, 0x54 | BUS, 0x81); \
			CONTENT(area_id, le16toh); \
			CONTENT(mem_handle, le64toh); \
			CONTENT(tag, le64toh); \
			CONTENT(page_count, le32toh); \
			CONTENT(attributes, le32toh); \
			message_entry(dialect, "ffa-bus", "AREA_SHARE", "request", "type-54"); \
		} \
	} while (0)

/* Of the first FF-A bus, whose frames are those of four-byte headers. */
#define AREAS_2024(type_bits, id, message, set) \
	do { \
		HEAD4_FFA(area_2024, type_bits, id); \
		CONTENT(area_id, le32toh); \
		CONTENT(mem_handle, le64toh); \
		message_entry("ffa-2024", "ffa-bus", message, "request", set); \
	} while (0)

/* A transport message that says it is a bus message. */
#define WRONG_CLASS(HEAD, dialect, profile, id) \
	do { \
		{ \
			HEAD(empty, BUS, id); \
			dropped("transport-id-with-bus-bit-" dialect, dialect, profile); \
		} \
		{ \
			HEAD(empty, 0xfc | BUS, id); \
			dropped("transport-id-with-bus-bit-and-ignored-bits-" dialect, dialect, profile); \
		} \
	} while (0)

int main(void)
{
	TRANSPORT(HEAD4, "qemu-2024a", 0x0c);
	TRANSPORT(HEAD4, "qemu-2024b", 0x09);
	TRANSPORT(HEAD4, "alpha", 0x09);
	TRANSPORT(HEAD4, "linux-2024", 0x09);
	TRANSPORT(HEAD4, "openamp-2024", 0x09);
	TRANSPORT(HEAD4, "rfc1", 0x08);
	TRANSPORT(HEAD6, "rfc2", 0x07);
	TRANSPORT(HEAD6, "rfc2-fixed64", 0x07);
	TRANSPORT(HEAD8, "rfc2+token", 0x07);
	TRANSPORT(HEAD8, "rfc3", 0x07);
	TRANSPORT(HEAD8, "v1-2026", 0x07);

	PINGS(HEAD4, "rfc1", 0x05);
	PINGS(HEAD6, "rfc2", 0x03);
	PINGS(HEAD8, "rfc2+token", 0x03);
	PINGS(HEAD8, "rfc3", 0x03);
	PINGS(HEAD8, "v1-2026", 0x03);

	AREAS_2024(0xa8 | BUS, 0x05, "AREA_UNSHARE", "type-a8");
	AREAS_2024(0x54 | BUS, 0x04, "AREA_SHARE", "type-54");
	AREAS(HEAD6, "ffa-2025a");
	AREAS(HEAD6, "ffa-2025b");
	AREAS(HEAD8, "ffa-2025b+token");
	AREAS(HEAD8, "ffa-2026a");
	AREAS(HEAD8, "ffa-v1");

	WRONG_CLASS(HEAD4, "qemu-2024a", "qemu-2024", 0x0c);
	WRONG_CLASS(HEAD4, "qemu-2024b", "qemu-2024", 0x09);
	WRONG_CLASS(HEAD4, "alpha", "alpha", 0x09);
	WRONG_CLASS(HEAD4, "linux-2024", "alpha", 0x09);
	WRONG_CLASS(HEAD4, "openamp-2024", "alpha", 0x09);
	WRONG_CLASS(HEAD6, "rfc2-fixed64", "qemu-xen-2025", 0x07);
	end();
	return 0;
}
