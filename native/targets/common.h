// What every target does the same way: open a userfaultfd with the rights it has, register ranges,
// and say in one line of JSON on stdout that it is ready, with all that a test needs to find it.
// Include it first.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "options.h"

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

enum { MODE_MISSING = 1, MODE_WP = 2, MODE_MINOR = 4 };  // UFFDIO_REGISTER_MODE_*

struct target_range {
  char* start;
  size_t length;
  unsigned modes;
};

struct target {
  const char* name;
  int uffd;
  bool
      user_mode_only;  // faults raised inside a system call get EFAULT or SIGBUS instead of waiting
  uint64_t features;
  struct target_range ranges[8];
  int range_count;
};

/// One try: without UFFD_USER_MODE_ONLY (needs CAP_SYS_PTRACE or the sysctl), through
/// /dev/userfaultfd, then with it.
static inline int new_uffd(int flags, bool* user_mode_only) {
  *user_mode_only = false;
  int fd = (int)syscall(SYS_userfaultfd, flags);
  if (fd >= 0) return fd;
  int device = open("/dev/userfaultfd", O_RDWR | O_CLOEXEC);
  if (device >= 0) {
    fd = ioctl(device, _IO(0xAA, 0x00), flags);  // USERFAULTFD_IOC_NEW
    close(device);
    if (fd >= 0) return fd;
  }
  *user_mode_only = true;
  return (int)syscall(SYS_userfaultfd, flags | UFFD_USER_MODE_ONLY);
}

/// Opens the target's uffd with `needed` features and those of `wanted` that this kernel has; gives
/// up without `needed`.
static inline void open_uffd(struct target* t, int flags, uint64_t needed, uint64_t wanted) {
  bool ignored;
  int probe = new_uffd(O_CLOEXEC, &ignored);
  struct uffdio_api api = {.api = UFFD_API};
  if (probe < 0) give_up("userfaultfd: %s", strerror(errno));
  if (ioctl(probe, UFFDIO_API, &api)) give_up("UFFDIO_API: %s", strerror(errno));
  close(
      probe);  // UFFDIO_API works once a descriptor, so what there is must be asked on another one
  if (needed & ~(uint64_t)api.features)
    give_up("this kernel lacks userfaultfd features 0x%llx",
            (unsigned long long)(needed & ~(uint64_t)api.features));
  t->features = needed | (wanted & api.features);
  t->uffd = new_uffd(flags, &t->user_mode_only);
  if (t->uffd < 0) give_up("userfaultfd: %s", strerror(errno));
  api = (struct uffdio_api){.api = UFFD_API, .features = t->features};
  if (ioctl(t->uffd, UFFDIO_API, &api))
    give_up("UFFDIO_API with features 0x%llx: %s%s", (unsigned long long)t->features,
            strerror(errno), errno == EPERM ? " (fork events need CAP_SYS_PTRACE)" : "");
}

/// Anonymous memory (fd -1) or a shared mapping of `fd`; never merged into huge pages, so that
/// every page faults.
static inline char* map_pages(size_t length, int fd) {
  int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
  char* at = mmap(NULL, length, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE, fd, 0);
  if (at == MAP_FAILED) give_up("mmap of %zu bytes: %s", length, strerror(errno));
  madvise(at, length, MADV_NOHUGEPAGE);
  return at;
}

/// Shared memory with a name that /proc/PID/maps shows.
static inline int new_memfd(const char* name, size_t length) {
  int fd = memfd_create(name, MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, (off_t)length)) give_up("memfd_create: %s", strerror(errno));
  return fd;
}

static inline void name_range(char* start, size_t length, const char* name) {
  prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, start, length,
        name);  // only a name: fails without CONFIG_ANON_VMA_NAME
}

static inline void register_range(struct target* t, char* start, size_t length, unsigned modes) {
  struct uffdio_register r = {.range = {(uintptr_t)start, length}, .mode = modes};
  if (ioctl(t->uffd, UFFDIO_REGISTER, &r)) give_up("UFFDIO_REGISTER: %s", strerror(errno));
  t->ranges[t->range_count++] = (struct target_range){start, length, modes};
}

/// fdinfo's ino names the userfaultfd for everybody who holds it; fstat would give the inode all
/// anon files share on older kernels.
static inline unsigned long uffd_ino(int fd) {
  char path[64], line[128];
  unsigned long ino = 0;
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
  FILE* f = fopen(path, "re");
  if (!f) return 0;
  while (fgets(line, sizeof line, f))
    if (sscanf(line, "ino: %lu", &ino) == 1) break;
  fclose(f);
  return ino;
}

static inline void say_ready(const struct target* t) {
  static const char* const names[] = {"missing", "wp", "minor"};
  printf(
      "{\"ready\":true,\"target\":\"%s\",\"pid\":%d,\"uffd\":%d,\"ino\":%lu,\"userModeOnly\":%s,"
      "\"features\":\"0x%llx\",\"note\":\"%s\",\"ranges\":[",
      t->name, getpid(), t->uffd, uffd_ino(t->uffd), t->user_mode_only ? "true" : "false",
      (unsigned long long)t->features,
      t->user_mode_only ? "without privilege: only faults of user-mode instructions wait" : "");
  for (int i = 0; i < t->range_count; i++) {
    const struct target_range* r = &t->ranges[i];
    printf("%s{\"start\":\"0x%lx\",\"end\":\"0x%lx\",\"modes\":[", i ? "," : "",
           (unsigned long)r->start, (unsigned long)(r->start + r->length));
    for (int bit = 0, some = 0; bit < 3; bit++)
      if (r->modes >> bit & 1) printf("%s\"%s\"", some++ ? "," : "", names[bit]);
    printf("]}");
  }
  printf("]}\n");
  fflush(stdout);
  // Whoever takes part from the first fault on says so by a line (or the end) on stdin.
  if (begins_at_a_line)
    for (int c = 0; c != '\n' && c != EOF;) c = getchar();
}

/// A thread with a name that screens show.
static inline pthread_t start_thread(void* (*work)(void*), void* argument, const char* name) {
  pthread_t thread;
  int err = pthread_create(&thread, NULL, work, argument);
  if (err) give_up("pthread_create: %s", strerror(err));
  pthread_setname_np(thread, name);
  return thread;
}
