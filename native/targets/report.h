// What the lessons print after each page: its first bytes, and how long the touch took.
#pragma once
#include "common.h"

/// `waited` 0: the read below is the touch that faults, and is timed here.
static inline void report_page(size_t index, const char* page, int64_t waited) {
  const int64_t start = now_ns();
  unsigned char first[16];
  for (size_t i = 0; i < sizeof first; i++) first[i] = ((const volatile unsigned char*)page)[i];
  waited += now_ns() - start;
  printf("{\"page\":%zu,\"bytes\":\"", index);
  for (size_t i = 0; i < sizeof first; i++) printf("%02x", first[i]);
  printf("\",\"waitedNs\":%lld}\n", (long long)waited);
}
