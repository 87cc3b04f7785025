// The memory of handler_waits: pages that are touched over and over, the answer to their faults,
// and the counts that tell whether anything went wrong. A page is right when its first word is its
// own address.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096ul
#define MOST_UFFDS 8

struct counts {  // shared with the handler where that is a process of its own
  atomic_long answered, benign, eintr, eagain, other, signals, wrong, rounds;
  atomic_int stop;
};
static struct counts* counts;

static struct {
  int fd;
  char* base;
} uffds[MOST_UFFDS];
static int uffd_count = 1;
static long pages = 64, gap_us, work_us;

static void open_uffd(int i, int nonblocking) {
  int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | (nonblocking ? O_NONBLOCK : 0));
  struct uffdio_api api = {.api = UFFD_API};
  char* base =
      mmap(0, (size_t)pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct uffdio_register range = {.range = {(uintptr_t)base, (uint64_t)pages * PAGE},
                                  .mode = UFFDIO_REGISTER_MODE_MISSING};
  if (fd < 0 || base == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) ||
      ioctl(fd, UFFDIO_REGISTER, &range)) {
    perror("userfaultfd");
    exit(3);
  }
  uffds[i].fd = fd;
  uffds[i].base = base;
}

static void count_error(void) {
  if (errno == EINTR)
    counts->eintr++;
  else if (errno == EAGAIN)
    counts->eagain++;
  else
    counts->other++;
}

static void answer(int fd, const struct uffd_msg* message) {
  static _Thread_local char page[PAGE] __attribute__((aligned(4096)));
  if (message->event != UFFD_EVENT_PAGEFAULT) return;
  uint64_t address = message->arg.pagefault.address & ~(PAGE - 1);
  if (work_us) usleep((useconds_t)work_us);
  memcpy(page, &address, sizeof address);
  struct uffdio_copy copy = {address, (uintptr_t)page, PAGE, 0, 0};
  if (ioctl(fd, UFFDIO_COPY, &copy) == 0) {
    counts->answered++;
  } else if (errno == EEXIST) {  // somebody was quicker; the waiter must be woken all the same
    struct uffdio_range range = {address, PAGE};
    ioctl(fd, UFFDIO_WAKE, &range);
    counts->benign++;
  } else {
    count_error();
  }
}

// Reads one message. Returns 0 when there was none, which is an error unless `may_be_empty`.
static int read_one(int fd, int may_be_empty) {
  struct uffd_msg message;
  ssize_t got = read(fd, &message, sizeof message);
  if (got == (ssize_t)sizeof message) {
    answer(fd, &message);
    return 1;
  }
  if (!(may_be_empty && errno == EAGAIN)) count_error();
  return 0;
}

struct slice {  // what one thread touches: a page that two touched could be announced and be there
  char* base;
  long pages;
};

// Only the handler takes signals: one would take away the message of a fault that waits, of which
// the handler may have been told. Before any thread is made, since those inherit the mask.
static void block_signals(int how) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(how, &all, 0);
}

static void* touch(void* argument) {
  struct slice slice = *(struct slice*)argument;
  while (!counts->stop) {
    for (long i = 0; i < slice.pages && !counts->stop; i++) {
      volatile uint64_t* word = (volatile uint64_t*)(slice.base + (size_t)i * PAGE);
      if (*word != (uintptr_t)word) counts->wrong++;
      if (gap_us) usleep((useconds_t)gap_us);
    }
    counts->rounds++;
    madvise(slice.base, (size_t)slice.pages * PAGE, MADV_DONTNEED);
  }
  return 0;
}

// Toucher `i` of `n` in all, spread over the uffds, each with pages of its own.
static void start_toucher(int i, int n) {
  pthread_t thread;
  int per_uffd = (n + uffd_count - 1) / uffd_count;
  struct slice* slice = malloc(sizeof *slice);
  slice->pages = pages / per_uffd;
  slice->base = uffds[i % uffd_count].base + (size_t)(i / uffd_count * slice->pages) * PAGE;
  pthread_create(&thread, 0, touch, slice);
}
