/*
 * The measured messages in C: packed structs, one pass, nothing checked, as the hand-written JavaScript.
 * usage: codec CORPUS
 * CORPUS holds the pools of M1 to M5, 64 messages each, then M6. Reads commands from stdin and answers each with a line:
 *   verify M      the sum of every message decoded, and in hexadecimal the bytes of every message encoded
 *   decode M N    nanoseconds of CPU time that N calls take
 *   encode M N    the same
 * M is 0 to 5; a call of M6 handles the whole stream.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the structs below are little-endian only because the machine is"
#endif

#define PACKED __attribute__((packed))
/* Keeps the compiler from moving loads and stores across calls, or from dropping them. */
#define BARRIER() __asm__ volatile("" ::: "memory")
#define POOL 64

typedef struct PACKED { uint8_t type, msg_id; uint16_t dev_num, token, msg_size; } header;
typedef struct PACKED { header h; uint32_t vq_index, next; } event_avail;
typedef struct PACKED { header h; uint32_t vq_index; } event_used;
typedef struct PACKED {
  header h;
  uint32_t index, reserved0, size, reserved1;
  uint64_t descriptor_addr, driver_addr, device_addr;
} set_vqueue;
typedef struct PACKED { header h; uint32_t block_index, num_blocks, features[]; } features;
typedef struct PACKED { header h; uint32_t generation, offset, length; uint8_t data[]; } set_config;
typedef struct PACKED {
  header h;
  uint32_t device_id, vendor_id, num_feature_bits, config_size, max_virtqueues;
  uint16_t admin_vq_start, admin_vq_count;
} device_info;

/* What an application holds of a message it is about to send. */
typedef struct {
  int kind;
  uint16_t dev_num, token, admin_vq_start, admin_vq_count;
  uint32_t vq_index, next_offset, next_wrap, size, block_index, words, word[4], generation, offset, length;
  uint32_t device_id, vendor_id, num_feature_bits, config_size, max_virtqueues;
  uint64_t descriptor_addr, driver_addr, device_addr;
  uint8_t data[64];
} record;

enum { AVAIL, VQUEUE, FEATURES, CONFIG, INFO, USED };
static const size_t SIZE[] = { 16, 48, 32, 84, 32 };

static volatile uint64_t address[3];

static inline uint32_t sum_header(const header *h) { return h->type + h->msg_id + h->dev_num + h->token + h->msg_size; }

static inline uint32_t decode_avail(const uint8_t *p) {
  const event_avail *m = (const void *)p;
  return sum_header(&m->h) + m->vq_index + (m->next & 0x7fffffff) + (m->next >> 31);
}
static inline uint32_t decode_used(const uint8_t *p) {
  const event_used *m = (const void *)p;
  return sum_header(&m->h) + m->vq_index;
}
static inline uint32_t decode_vqueue(const uint8_t *p) {
  const set_vqueue *m = (const void *)p;
  address[0] = m->descriptor_addr;
  address[1] = m->driver_addr;
  address[2] = m->device_addr;
  return sum_header(&m->h) + m->index + m->reserved0 + m->size + m->reserved1;
}
static inline uint32_t decode_features(const uint8_t *p) {
  const features *m = (const void *)p;
  uint32_t n = m->num_blocks, sum = sum_header(&m->h) + m->block_index + n;
  for (uint32_t i = 0; i < n; i++) sum += m->features[i];
  return sum;
}
static inline uint32_t decode_config(const uint8_t *p) {
  const set_config *m = (const void *)p;
  uint32_t n = m->length;
  return sum_header(&m->h) + m->generation + m->offset + n + m->data[0] + m->data[n - 1];
}
static inline uint32_t decode_info(const uint8_t *p) {
  const device_info *m = (const void *)p;
  return sum_header(&m->h) + m->device_id + m->vendor_id + m->num_feature_bits + m->config_size + m->max_virtqueues +
         m->admin_vq_start + m->admin_vq_count;
}

static inline void encode_header(header *h, int type, int id, const record *r, int size) {
  h->type = type;
  h->msg_id = id;
  h->dev_num = r->dev_num;
  h->token = r->token;
  h->msg_size = size;
}
static inline size_t encode_avail(uint8_t *p, const record *r) {
  event_avail *m = (void *)p;
  encode_header(&m->h, 0, 0x41, r, 16);
  m->vq_index = r->vq_index;
  m->next = r->next_offset | r->next_wrap << 31;
  return 16;
}
static inline size_t encode_used(uint8_t *p, const record *r) {
  event_used *m = (void *)p;
  encode_header(&m->h, 0, 0x42, r, 12);
  m->vq_index = r->vq_index;
  return 12;
}
static inline size_t encode_vqueue(uint8_t *p, const record *r) {
  set_vqueue *m = (void *)p;
  encode_header(&m->h, 0, 0x0a, r, 48);
  m->index = r->vq_index;
  m->reserved0 = 0;
  m->size = r->size;
  m->reserved1 = 0;
  m->descriptor_addr = r->descriptor_addr;
  m->driver_addr = r->driver_addr;
  m->device_addr = r->device_addr;
  return 48;
}
static inline size_t encode_features(uint8_t *p, const record *r) {
  features *m = (void *)p;
  uint32_t n = r->words;
  encode_header(&m->h, 1, 0x03, r, 16 + 4 * n);
  m->block_index = r->block_index;
  m->num_blocks = n;
  for (uint32_t i = 0; i < n; i++) m->features[i] = r->word[i];
  return 16 + 4 * n;
}
static inline size_t encode_config(uint8_t *p, const record *r) {
  set_config *m = (void *)p;
  uint32_t n = r->length;
  encode_header(&m->h, 0, 0x06, r, 20 + n);
  m->generation = r->generation;
  m->offset = r->offset;
  m->length = n;
  memcpy(m->data, r->data, n);
  return 20 + n;
}
static inline size_t encode_info(uint8_t *p, const record *r) {
  device_info *m = (void *)p;
  encode_header(&m->h, 1, 0x02, r, 32);
  m->device_id = r->device_id;
  m->vendor_id = r->vendor_id;
  m->num_feature_bits = r->num_feature_bits;
  m->config_size = r->config_size;
  m->max_virtqueues = r->max_virtqueues;
  m->admin_vq_start = r->admin_vq_start;
  m->admin_vq_count = r->admin_vq_count;
  return 32;
}

static uint8_t pool[5][POOL * 84];
static record records[5][POOL];
static uint8_t stream[1 << 16], out[1 << 16];
static size_t stream_bytes, items;
static record *item;

__attribute__((noinline)) static uint32_t decode_stream(const uint8_t *p, const uint8_t *end) {
  uint32_t sum = 0;
  while (p < end) {
    const header *h = (const void *)p;
    switch (h->msg_id) {
      case 0x41: sum += decode_avail(p); break;
      case 0x42: sum += decode_used(p); break;
      case 0x0a: sum += decode_vqueue(p); break;
      case 0x03: sum += decode_features(p); break;
      case 0x06: sum += decode_config(p); break;
      case 0x02: sum += decode_info(p); break;
      default: abort();
    }
    p += h->msg_size;
  }
  return sum;
}
__attribute__((noinline)) static size_t encode_stream(uint8_t *start, const record *r, size_t n) {
  uint8_t *p = start;
  for (const record *end = r + n; r < end; r++)
    switch (r->kind) {
      case AVAIL: p += encode_avail(p, r); break;
      case USED: p += encode_used(p, r); break;
      case VQUEUE: p += encode_vqueue(p, r); break;
      case FEATURES: p += encode_features(p, r); break;
      case CONFIG: p += encode_config(p, r); break;
      default: p += encode_info(p, r);
    }
  return (size_t)(p - start);
}

/* The record of the message at p, for the encoders. */
static void parse(record *r, const uint8_t *p) {
  const header *h = (const void *)p;
  memset(r, 0, sizeof *r);
  r->dev_num = h->dev_num;
  r->token = h->token;
  switch (h->msg_id) {
    case 0x41: {
      const event_avail *m = (const void *)p;
      r->kind = AVAIL, r->vq_index = m->vq_index, r->next_offset = m->next & 0x7fffffff, r->next_wrap = m->next >> 31;
      break;
    }
    case 0x42: r->kind = USED, r->vq_index = ((const event_used *)(const void *)p)->vq_index; break;
    case 0x0a: {
      const set_vqueue *m = (const void *)p;
      r->kind = VQUEUE, r->vq_index = m->index, r->size = m->size, r->descriptor_addr = m->descriptor_addr;
      r->driver_addr = m->driver_addr, r->device_addr = m->device_addr;
      break;
    }
    case 0x03: {
      const features *m = (const void *)p;
      if (m->num_blocks > 4) abort();
      r->kind = FEATURES, r->block_index = m->block_index, r->words = m->num_blocks;
      for (uint32_t i = 0; i < r->words; i++) r->word[i] = m->features[i];
      break;
    }
    case 0x06: {
      const set_config *m = (const void *)p;
      if (m->length > sizeof r->data) abort();
      r->kind = CONFIG, r->generation = m->generation, r->offset = m->offset, r->length = m->length;
      memcpy(r->data, m->data, m->length);
      break;
    }
    case 0x02: {
      const device_info *m = (const void *)p;
      r->kind = INFO, r->device_id = m->device_id, r->vendor_id = m->vendor_id, r->config_size = m->config_size;
      r->num_feature_bits = m->num_feature_bits, r->max_virtqueues = m->max_virtqueues;
      r->admin_vq_start = m->admin_vq_start, r->admin_vq_count = m->admin_vq_count;
      break;
    }
    default: abort();
  }
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static volatile uint32_t witness;
#define LOOP(body) for (long j = 0; j < n; j++) { int i = j & (POOL - 1); body; BARRIER(); } break

static uint64_t time_decode(int m, long n) {
  uint32_t s = 0;
  const uint8_t *p = pool[m < 5 ? m : 0];
  uint64_t start = now();
  switch (m) {
    case AVAIL: LOOP(s += decode_avail(p + i * 16));
    case VQUEUE: LOOP(s += decode_vqueue(p + i * 48));
    case FEATURES: LOOP(s += decode_features(p + i * 32));
    case CONFIG: LOOP(s += decode_config(p + i * 84));
    case INFO: LOOP(s += decode_info(p + i * 32));
    default: LOOP((void)i; s += decode_stream(stream, stream + stream_bytes));
  }
  witness += s;
  return now() - start;
}
static uint64_t time_encode(int m, long n) {
  const record *r = records[m < 5 ? m : 0];
  uint64_t start = now();
  switch (m) {
    case AVAIL: LOOP(encode_avail(out + i * 16, r + i));
    case VQUEUE: LOOP(encode_vqueue(out + i * 48, r + i));
    case FEATURES: LOOP(encode_features(out + i * 32, r + i));
    case CONFIG: LOOP(encode_config(out + i * 84, r + i));
    case INFO: LOOP(encode_info(out + i * 32, r + i));
    default: LOOP((void)i; encode_stream(out, item, items));
  }
  return now() - start;
}

static void verify(int m) {
  static uint32_t (*const decode[])(const uint8_t *) = { decode_avail, decode_vqueue, decode_features, decode_config, decode_info };
  static size_t (*const encode[])(uint8_t *, const record *) = { encode_avail, encode_vqueue, encode_features, encode_config, encode_info };
  size_t bytes = 0;
  memset(out, 0xee, sizeof out);
  if (m < 5)
    for (int i = 0; i < POOL; i++) {
      printf("%" PRId32 " ", (int32_t)decode[m](pool[m] + (size_t)i * SIZE[m]));
      bytes += encode[m](out + bytes, &records[m][i]);
    }
  else {
    printf("%" PRId32 " ", (int32_t)decode_stream(stream, stream + stream_bytes));
    bytes = encode_stream(out, item, items);
  }
  for (size_t i = 0; i < bytes; i++) printf("%02x", out[i]);
  putchar('\n');
}

int main(int argc, char **argv) {
  FILE *corpus = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (corpus == NULL) return 2;
  for (int m = 0; m < 5; m++) {
    if (fread(pool[m], SIZE[m], POOL, corpus) != POOL) return 2;
    for (int i = 0; i < POOL; i++) parse(&records[m][i], pool[m] + (size_t)i * SIZE[m]);
  }
  stream_bytes = fread(stream, 1, sizeof stream, corpus);
  fclose(corpus);
  item = calloc(stream_bytes / sizeof(header) + 1, sizeof *item);
  if (item == NULL) return 2;
  for (size_t p = 0; p < stream_bytes; p += ((header *)(void *)(stream + p))->msg_size) parse(&item[items++], stream + p);
  char verb[8];
  int m;
  long n;
  while (scanf("%7s %d", verb, &m) == 2) {
    if (m < 0 || m > 5) return 2;
    if (strcmp(verb, "verify") == 0) verify(m);
    else if (scanf("%ld", &n) != 1) return 2;
    else printf("%" PRIu64 "\n", verb[0] == 'd' ? time_decode(m, n) : time_encode(m, n));
    fflush(stdout);
  }
  return 0;
}
