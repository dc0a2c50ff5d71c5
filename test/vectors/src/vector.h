/*
 * Prints entries of a vector file as a C compiler sees them: bytes are the memory of a struct, values are read through
 * its members, offsets are offsetof. A program fills a struct behind `p`, names its members, and ends the entry.
 * Nothing here knows of the schema or of the code that is generated from it.
 */
#ifndef VECTOR_H
#define VECTOR_H

#include <endian.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Kernel headers spell them otherwise; ours are for structs that no header has. */
typedef uint8_t u8;
typedef uint16_t le16;
typedef uint32_t le32;
typedef uint64_t le64;
#define PACKED __attribute__((packed))

struct text {
	char at[1 << 15];
	size_t length;
};

static struct text header, fields, types, offsets;
static _Alignas(16) uint8_t memory[1024];
static size_t size, trailing;
static const char *protocol = "virtio-core";
/* Of messages integers up to 32 bits are JSON numbers; of structs every integer is a string. */
static int of_message;
static struct text *into = &fields;

static void add(struct text *text, const char *path, const char *format, ...)
{
	va_list args;

	text->length += sprintf(text->at + text->length, "%s\"%s\": ", text->length ? ", " : "", path);
	va_start(args, format);
	text->length += vsprintf(text->at + text->length, format, args);
	va_end(args);
}

static void hex(char *to, const uint8_t *bytes, size_t length)
{
	*to = '\0';
	for (size_t i = 0; i < length; i++)
		sprintf(to + 2 * i, "%02x", bytes[i]);
}

static inline void number(const char *path, unsigned long long value, const char *type, size_t offset, size_t width)
{
	add(into, path, of_message && width < 8 ? "%llu" : "\"%llu\"", value);
	add(&types, path, "\"%s\"", type);
	add(&offsets, path, "%zu", offset);
}

static inline void bytes(const char *path, size_t offset, size_t length)
{
	char text[2 * sizeof memory + 1];

	hex(text, memory + offset, length);
	add(into, path, "\"%s\"", text);
	add(&types, path, "\"bytes%zu\"", length);
	add(&offsets, path, "%zu", offset);
}

static inline void part(const char *path, unsigned word, int lsb, int width, size_t offset)
{
	add(into, path, "\"%u\"", word >> lsb & ((1u << width) - 1));
	add(&types, path, "\"le16 bits %d..%d\"", lsb, lsb + width - 1);
	add(&offsets, path, "%zu", offset);
}

#define AT(m) offsetof(__typeof__(*p), m)
#define INTEGER(m, read, type, width) \
	do { \
		_Static_assert(sizeof p->m == width, #m " is " type); \
		number(#m, read(p->m), type, AT(m), width); \
	} while (0)
#define ONE_BYTE(value) (value)
#define U8(m) INTEGER(m, ONE_BYTE, "u8", 1)
#define LE16(m) INTEGER(m, le16toh, "le16", 2)
#define LE32(m) INTEGER(m, le32toh, "le32", 4)
#define LE64(m) INTEGER(m, le64toh, "le64", 8)
#define BYTES(m) bytes(#m, AT(m), sizeof p->m)
/* An array at the end that has no size of its own. */
#define COUNTED(m, n) bytes(#m, AT(m), n)
#define BITS(m, name, lsb, width) part(#m "." #name, le16toh(p->m), lsb, width, AT(m))

#define ZERO(m) memset(&p->m, 0, sizeof p->m)

/* A region whose byte k is first + k; `more` bytes of it lie behind the struct. */
static void *region(size_t struct_size, uint8_t first, size_t more)
{
	size = struct_size;
	trailing = more;
	header.length = fields.length = types.length = offsets.length = 0;
	into = &fields;
	for (size_t k = 0; k < sizeof memory; k++)
		memory[k] = k < size + more ? (uint8_t)(first + k) : 0;
	return memory;
}

static int printed;

static void begin(void)
{
	printf("%s", printed++ ? ",\n" : "[\n");
}

static void end(void)
{
	printf("\n]\n");
}

static void told(const char *name, const struct text *text)
{
	printf("\"%s\": {%.*s}, ", name, (int)text->length, text->at);
}

static inline void struct_entry(const char *source, const char *name, const char *variant, const char *c_struct)
{
	char text[2 * sizeof memory + 1];

	begin();
	printf("{\"source\": \"%s\", \"protocol\": \"%s\", \"struct\": \"%s\", \"variant\": \"%s\", ", source, protocol, name, variant);
	told("fields", &fields);
	told("types", &types);
	told("offsets", &offsets);
	printf("\"size\": %zu, ", size);
	if (trailing != 0)
		printf("\"surplus\": {\"offset\": %zu, \"length\": %zu}, ", size, trailing);
	hex(text, memory, size + trailing);
	printf("\"hex\": \"%s\"", text);
	if (c_struct != NULL)
		printf(", \"c_struct\": \"%s\"", c_struct);
	printf("}");
}

/* Fields that are named from here on belong to the header of a message, or to its content. */
static inline void in_header(void)
{
	of_message = 1;
	into = &header;
}

static inline void in_content(void)
{
	into = &fields;
}

/* The bytes of a message, which are quoted where an entry says so. */
static inline const char *message_hex(void)
{
	static char text[2 * sizeof memory + 1];

	hex(text, memory, size);
	return text;
}

#endif
