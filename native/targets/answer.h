// A handler as small as it can be and still right: it answers every kind of fault, wakes where the
// page was there already, and puts an answer off while an event of the same uffd waits to be read.
#pragma once
#include "common.h"

struct handler {
  int uffd;
  char* page;                  // the bytes that a missing page gets
  struct uffd_msg later[256];  // answers that met EAGAIN: an event must be read first
  int later_count;
};

static inline void start_handler(struct handler* h, int uffd, int fill) {
  *h = (struct handler){.uffd = uffd};
  h->page = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (h->page == MAP_FAILED) give_up("mmap: %s", strerror(errno));
  memset(h->page, fill, page_size);
}

/// 0, or the errno of the answer.
static inline int answer_once(struct handler* h, const struct uffd_msg* m) {
  uint64_t at = m->arg.pagefault.address & ~(uint64_t)(page_size - 1);
  struct uffdio_range range = {at, page_size};
  int failed;
  if (m->arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP) {
    struct uffdio_writeprotect w = {.range = range};
    failed = ioctl(h->uffd, UFFDIO_WRITEPROTECT, &w);
  } else if (m->arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_MINOR) {
    struct uffdio_continue c = {.range = range};
    failed = ioctl(h->uffd, UFFDIO_CONTINUE, &c);
  } else {
    struct uffdio_copy c = {.dst = at, .src = (uintptr_t)h->page, .len = page_size};
    failed = ioctl(h->uffd, UFFDIO_COPY, &c);
  }
  if (!failed) return 0;
  int err = errno;
  if (err != EEXIST) return err;
  return ioctl(h->uffd, UFFDIO_WAKE, &range)
             ? errno
             : 0;  // somebody was faster; our thread may still sleep
}

/// Answers a fault now, or after the event that stands in its way. ENOENT and ESRCH: the range or
/// the process is gone, and with it whoever waited.
static inline void answer_fault(struct handler* h, const struct uffd_msg* m) {
  int err = answer_once(h, m);
  if (err == EAGAIN && h->later_count < 256)
    h->later[h->later_count++] = *m;
  else if (err && err != ENOENT && err != ESRCH)
    fprintf(stderr, "answer at 0x%llx: %s\n", (unsigned long long)m->arg.pagefault.address,
            strerror(err));
}

static inline void answer_later_ones(struct handler* h) {
  int count = h->later_count;
  h->later_count = 0;
  for (int i = 0; i < count; i++) answer_fault(h, &h->later[i]);
}

/// Waits for the next message by poll(2), on a non-blocking uffd: 1, or 0 after `timeout_ms` (-1:
/// never), or -1 when the uffd was closed.
static inline int message_within(struct handler* h, struct uffd_msg* m, int timeout_ms) {
  while (true) {
    struct pollfd p = {.fd = h->uffd, .events = POLLIN};
    const int ready = poll(&p, 1, h->later_count ? 1 : timeout_ms);
    if (h->later_count) answer_later_ones(h);
    if (ready < 0 && errno != EINTR) return -1;
    if (ready == 0 && !h->later_count) return 0;
    if (ready <= 0) continue;
    if (p.revents & (POLLERR | POLLNVAL)) return -1;
    const ssize_t got = read(h->uffd, m, sizeof *m);
    if (got == (ssize_t)sizeof *m) return 1;
    if (got >= 0 || (errno != EAGAIN && errno != EINTR)) return -1;
  }
}

static inline bool next_message(struct handler* h, struct uffd_msg* m) {
  int got;
  do got = message_within(h, m, -1);
  while (got == 0);
  return got > 0;
}

/// A whole handler thread for targets whose lesson is elsewhere. Argument: struct handler*.
static inline void* serve_faults(void* argument) {
  struct handler* h = argument;
  struct uffd_msg m;
  while (next_message(h, &m))
    if (m.event == UFFD_EVENT_PAGEFAULT) answer_fault(h, &m);
  return NULL;
}
