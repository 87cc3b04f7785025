// Threads that fault at a steady pace on anonymous memory and check the byte they get, for targets
// whose lesson is the handler.
#pragma once
#include "common.h"

struct steady {
  char* area;
  size_t pages;
  int64_t pause_ns;
  unsigned char expected;
};

static inline void* fault_steadily(void* argument) {
  const struct steady* s = argument;
  for (size_t i = 0;; i = (i + 1) % s->pages) {
    unsigned char* page = (unsigned char*)s->area + i * page_size;
    const unsigned char got = *(volatile unsigned char*)(page + i % page_size);
    if (got != s->expected) {
      printf("{\"wrong\":true,\"page\":%zu,\"got\":%u}\n", i, got);
      _exit(1);
    }
    madvise(page, page_size, MADV_DONTNEED);
    sleep_ns(s->pause_ns);
  }
  return NULL;
}
