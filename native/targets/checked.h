// What every byte must be, and how the checker's times are summed up.
#pragma once
#include "common.h"

struct expectation {
  enum { EXPECT_BYTE, EXPECT_FILE, EXPECT_INDEX } type;
  unsigned char byte;
  const char* file;  // mapped; page i of the range is page i of it
};

/// The word at `index` of page `page` in memory that the checker filled itself.
static inline uint64_t index_word(size_t page, size_t index) {
  return (page + 1) * 0x9e3779b97f4a7c15u + index;
}

static inline void fill_with_index(char* area, size_t length) {
  for (size_t page = 0; page < length / page_size; page++)
    for (size_t i = 0; i < page_size / 8; i++)
      ((uint64_t*)(area + page * page_size))[i] = index_word(page, i);
}

/// zero, byte:HH or file:PATH[@OFFSET]; the file must hold `pages` from there.
static inline struct expectation read_expectation(const char* text, size_t pages) {
  struct expectation e = {.type = EXPECT_BYTE};
  unsigned byte;
  if (!strcmp(text, "zero")) return e;
  if (sscanf(text, "byte:%2x", &byte) == 1) {
    e.byte = (unsigned char)byte;
    return e;
  }
  if (strncmp(text, "file:", 5)) {
    fprintf(stderr, "checker: --expect %s\n", text);
    _exit(2);
  }
  char path[4096];
  snprintf(path, sizeof path, "%s", text + 5);
  char* at = strrchr(path, '@');
  const off_t offset = at ? strtoll(at + 1, NULL, 0) : 0;
  if (at) *at = 0;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat st;
  if (fd < 0 || fstat(fd, &st)) give_up("open: %s", strerror(errno));
  if (st.st_size - offset < (off_t)(pages * page_size)) give_up("the file is too short");
  e.type = EXPECT_FILE;
  e.file = mmap(NULL, pages * page_size, PROT_READ, MAP_PRIVATE, fd, offset);
  if (e.file == MAP_FAILED) give_up("mmap of the file: %s", strerror(errno));
  close(fd);
  return e;
}

/// Offset in the page of the first byte that is not as expected, or -1.
static inline int64_t first_wrong_byte(const struct expectation* e, const char* page,
                                       size_t index) {
  for (size_t i = 0; i < page_size; i++) {
    const unsigned char got = ((const unsigned char*)page)[i];
    unsigned char want = e->byte;
    if (e->type == EXPECT_FILE) want = (unsigned char)e->file[index * page_size + i];
    if (e->type == EXPECT_INDEX) want = (unsigned char)(index_word(index, i / 8) >> 8 * (i % 8));
    if (got != want) return (int64_t)i;
  }
  return -1;
}

static inline int compare_ns(const void* a, const void* b) {
  const int64_t x = *(const int64_t*)a, y = *(const int64_t*)b;
  return (x > y) - (x < y);
}

/// Sorts the samples; prints {"p50":…,"p90":…,"p99":…,"max":…}, or null without any.
static inline void print_percentiles(int64_t* samples, size_t count) {
  if (count == 0) {
    printf("null");
    return;
  }
  qsort(samples, count, sizeof *samples, compare_ns);
  printf("{\"p50\":%lld,\"p90\":%lld,\"p99\":%lld,\"max\":%lld}", (long long)samples[count / 2],
         (long long)samples[count * 9 / 10], (long long)samples[count * 99 / 100],
         (long long)samples[count - 1]);
}
