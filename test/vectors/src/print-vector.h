/*
 * Prints vectors of structs: the C compiler decides where a member lies, what stands there is a pattern of bytes, and
 * both are told side by side. The structs of the programs that use this are written by hand from the published layouts.
 *
 * A vector is a type with the fields to tell. A path is a C expression, so that a struct has its members named and
 * nested as vectors spell them: F(hdr.length), R(hdr.selector.vq_index.reserved). Elements that differ in type are the
 * members at0, at1, ... of a struct: F(parts.at1.hdr.length) is spelled parts[1].hdr.length.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the structs are little-endian and written with plain stores: compile this for a little-endian machine"
#endif

#define PACKED __attribute__((packed))

enum kind { BYTES, UNSIGNED, SIGNED };

struct field {
	const char *path;
	size_t offset, size;
	enum kind kind;
	int reserved;
};

#define KIND(lvalue) \
	_Generic((lvalue), uint8_t: UNSIGNED, uint16_t: UNSIGNED, uint32_t: UNSIGNED, uint64_t: UNSIGNED, \
		 int32_t: SIGNED, default: BYTES)
#define FIELD(path, reserved) \
	{ #path, offsetof(here, path), sizeof(((here *)0)->path), KIND(((here *)0)->path), reserved }
/* A field, and one that is reserved: zero in the pattern that rises. */
#define F(path) FIELD(path, 0)
#define R(path) FIELD(path, 1)

/* Every byte differs from its neighbours; falling ones have their highest bit set for the first 127 bytes. */
enum pattern { RISE, FALL };

static uint8_t patterned(enum pattern pattern, size_t at)
{
	return pattern == RISE ? 0x11 + at : 0xfe - at;
}

static void fill(uint8_t *bytes, size_t size, const struct field *fields, size_t n, enum pattern pattern)
{
	memset(bytes, 0, size);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < fields[i].size; k++)
			if (pattern == FALL || !fields[i].reserved)
				bytes[fields[i].offset + k] = patterned(pattern, fields[i].offset + k);
}

static void print_hex(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
}

static void print_path(const char *path)
{
	for (; *path != 0; path++) {
		if (strncmp(path, ".at", 3) == 0 && isdigit((unsigned char)path[3])) {
			printf("[%c]", path[3]);
			path += 3;
		} else if (*path != ' ') {
			putchar(*path);
		}
	}
}

static void print_value(const uint8_t *bytes, const struct field *f)
{
	uint64_t word = 0;
	int32_t negative;

	if (f->kind == BYTES) {
		print_hex(bytes + f->offset, f->size);
		return;
	}
	memcpy(&word, bytes + f->offset, f->size);
	memcpy(&negative, &word, sizeof(negative));
	if (f->kind == SIGNED)
		printf("%" PRId32, negative);
	else
		printf("%" PRIu64, word);
}

static void print_key(const char *comma, const struct field *f)
{
	printf("%s\"", comma);
	print_path(f->path);
	printf("\": ");
}

static void print_type(const struct field *f)
{
	if (f->kind == BYTES)
		printf("bytes%zu", f->size);
	else if (f->size == 1)
		printf("u8");
	else
		printf("%sle%zu", f->kind == SIGNED ? "s" : "", 8 * f->size);
}

/* What a file is about, printed with every vector. */
static const char *source, *protocol;

/* `more` stands before the closing brace; of `delivered` bytes the first `size` are the struct. */
static void print_vector(const char *name, enum pattern pattern, const char *more, const uint8_t *bytes, size_t size,
			 size_t delivered, const struct field *fields, size_t n)
{
	static int any;
	const char *comma = "";
	int reserved = 0;

	printf("%s{\"source\": \"%s\", \"protocol\": \"%s\", \"struct\": \"%s\", \"variant\": \"%s\", \"fields\": {",
	       any++ ? ",\n" : "[\n", source, protocol, name, pattern == RISE ? "rise" : "fall");
	for (size_t i = 0; i < n; i++, comma = ", ") {
		print_key(comma, &fields[i]);
		putchar('"');
		print_value(bytes, &fields[i]);
		reserved |= fields[i].reserved;
		printf("\"");
	}
	printf("}, \"types\": {");
	comma = "";
	for (size_t i = 0; i < n; i++, comma = ", ") {
		print_key(comma, &fields[i]);
		putchar('"');
		print_type(&fields[i]);
		printf("\"");
	}
	printf("}, \"offsets\": {");
	comma = "";
	for (size_t i = 0; i < n; i++, comma = ", ") {
		print_key(comma, &fields[i]);
		printf("%zu", fields[i].offset);
	}
	printf("}, \"size\": %zu, ", size);
	if (delivered > size)
		printf("\"surplus\": {\"offset\": %zu, \"length\": %zu}, ", size, delivered - size);
	printf("\"hex\": \"");
	print_hex(bytes, delivered);
	printf("\"%s%s}", more, reserved && pattern == FALL ? ", \"reserved_nonzero\": true" : "");
}

/*
 * A struct in both patterns. `set` gives the members of `s` that have a meaning: tags, lengths, counts. The last
 * `surplus` bytes of the struct are delivered behind what it is about, and belong to nobody.
 */
#define VECTOR_BEFORE(surplus, type, name, more, set, ...) \
	for (enum pattern pattern = RISE; pattern <= FALL; pattern++) { \
		typedef type here; \
		const struct field fields[] = { __VA_ARGS__ }; \
		const size_t n = sizeof(fields) / sizeof(*fields); \
		here s; \
		fill((uint8_t *)&s, sizeof(s), fields, n, pattern); \
		set; \
		print_vector(name, pattern, more, (uint8_t *)&s, sizeof(s) - (surplus), sizeof(s), fields, n); \
	}
#define VECTOR(type, name, more, set, ...) VECTOR_BEFORE(0, type, name, more, set, __VA_ARGS__)

#define END() puts("\n]")
