// The command line of targets, time, and the way out. Included by common.h.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#ifndef PR_SET_PTRACER
#define PR_SET_PTRACER 0x59616d61
#define PR_SET_PTRACER_ANY (-1ul)
#endif

static size_t page_size;

/// One JSON line that says why there is nothing to attach to. 3: not permitted or not supported
/// here.
static inline void __attribute__((format(printf, 1, 2), noreturn))
give_up(const char* format, ...) {
  char reason[200];
  va_list args;
  va_start(args, format);
  vsnprintf(reason, sizeof reason, format, args);
  va_end(args);
  printf("{\"ready\":false,\"reason\":\"%s\"}\n", reason);
  fflush(stdout);
  _exit(3);
}

static inline int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static inline void sleep_ns(int64_t ns) {
  struct timespec t = {ns / 1000000000, ns % 1000000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, 0, &t, &t) == EINTR) continue;
}

static bool begins_at_a_line;

/// First call of every main. Two options go to every target: `--die-with-parent`, so that a test
/// that is killed leaves nothing behind, and `--wait`: say_ready() returns after a line on stdin.
static inline void begin_target(int argc, char** argv) {
  page_size = (size_t)sysconf(_SC_PAGESIZE);
  setvbuf(stdout, NULL, _IOLBF, 0);
  // Yama lets only ancestors attach by default; being attached to is what these programs are for.
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--wait")) begins_at_a_line = true;
    if (!strcmp(argv[i], "--die-with-parent")) {
      prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
      if (getppid() == 1) _exit(1);  // it died before we asked
    }
  }
}

/// The text after `--name`, or NULL.
static inline const char* option_text(int argc, char** argv, const char* name) {
  for (int i = 1; i + 1 < argc; i++)
    if (!strcmp(argv[i], name)) return argv[i + 1];
  return NULL;
}

static inline bool option_given(int argc, char** argv, const char* name) {
  for (int i = 1; i < argc; i++)
    if (!strcmp(argv[i], name)) return true;
  return false;
}

/// A number with k, M or G behind it.
static inline long option_number(int argc, char** argv, const char* name, long otherwise) {
  const char* text = option_text(argc, argv, name);
  if (!text) return otherwise;
  char* end;
  long value = strtol(text, &end, 0);
  long scale = *end == 'k' ? 1L << 10 : *end == 'M' ? 1L << 20 : *end == 'G' ? 1L << 30 : 1;
  if (end == text || (*end && (scale == 1 || end[1])) || value < 0 || value > (1L << 40) / scale) {
    fprintf(stderr, "%s: %s is not a number\n", name, text);
    _exit(2);
  }
  return value * scale;
}
