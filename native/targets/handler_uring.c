// A userfaultfd handler that waits through io_uring, which goes on completing while its threads are
// stopped: such a handler can't be frozen, and must be told apart.
// handler_uring poll    IORING_OP_POLL_ADD, then read(2)
// handler_uring async   IORING_OP_READ by a worker thread, on a blocking uffd
// Prints "handler PID uffd FD base ADDRESS"; ends with its input. Exit 3: not to be had here.
#define _GNU_SOURCE
#include <linux/io_uring.h>
#include <poll.h>

#include "handler_pages.h"

static struct io_uring_params params;
static struct io_uring_sqe* entries;
static char *submissions, *completions;
static int ring;

static void open_ring(void) {
  ring = (int)syscall(SYS_io_uring_setup, 8, &params);
  if (ring < 0) {
    perror("io_uring_setup");
    exit(3);
  }
  int both = PROT_READ | PROT_WRITE, shared = MAP_SHARED | MAP_POPULATE;
  submissions = mmap(0, params.sq_off.array + params.sq_entries * sizeof(unsigned), both, shared,
                     ring, IORING_OFF_SQ_RING);
  completions = mmap(0, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe), both,
                     shared, ring, IORING_OFF_CQ_RING);
  entries = mmap(0, params.sq_entries * sizeof *entries, both, shared, ring, IORING_OFF_SQES);
}

// Submits one request and waits for its completion; returns its result.
static int complete(struct io_uring_sqe request) {
  unsigned* tail = (unsigned*)(submissions + params.sq_off.tail);
  unsigned* head = (unsigned*)(completions + params.cq_off.head);
  unsigned slot = *tail & (params.sq_entries - 1);
  entries[slot] = request;
  ((unsigned*)(submissions + params.sq_off.array))[slot] = slot;
  __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
  int to_submit = 1;
  while (__atomic_load_n((unsigned*)(completions + params.cq_off.tail), __ATOMIC_ACQUIRE) ==
         *head) {
    long done = syscall(SYS_io_uring_enter, ring, to_submit, 1, IORING_ENTER_GETEVENTS, 0, 0);
    if (done > 0) to_submit = 0;
  }
  struct io_uring_cqe* results = (struct io_uring_cqe*)(completions + params.cq_off.cqes);
  int result = results[*head & (params.cq_entries - 1)].res;
  __atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
  return result;
}

static void* until_input_ends(void* unused) {
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  _exit(0);
  return unused;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int async = strcmp(argv[1], "async") == 0;
  counts = mmap(0, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  open_uffd(0, !async);
  open_ring();
  printf("handler %d uffd %d base %p\n", getpid(), uffds[0].fd, (void*)uffds[0].base);
  fflush(stdout);
  gap_us = 1000;
  block_signals(SIG_BLOCK);
  pthread_t thread;
  pthread_create(&thread, 0, until_input_ends, 0);
  start_toucher(0, 1);
  for (;;) {
    struct uffd_msg message;
    struct io_uring_sqe request = {.fd = uffds[0].fd};
    if (async) {
      request.opcode = IORING_OP_READ;
      request.addr = (uintptr_t)&message;
      request.len = sizeof message;
      request.off = (uint64_t)-1;
      request.flags = IOSQE_ASYNC;
      if (complete(request) == (int)sizeof message) answer(uffds[0].fd, &message);
    } else {
      request.opcode = IORING_OP_POLL_ADD;
      request.poll32_events = POLLIN;
      if (complete(request) > 0) read_one(uffds[0].fd, 1);
    }
  }
}
