// forks: a process that forks once a second with EVENT_FORK on. The kernel hands whoever reads the
// event a new uffd for the child; the handler serves both. Needs CAP_SYS_PTRACE.
//   --pause MILLISECONDS (1000) between two forks   --pages N (8)   --rounds N (0: for ever)
//   --no-handler   --no-thread-id
#define _GNU_SOURCE
#include <sys/wait.h>

#include "answer.h"
#include "common.h"

static struct target t = {.name = "forks"};
static size_t pages;

/// Reads every byte; each must be the handler's.
static bool read_all(const char* area) {
  for (size_t i = 0; i < pages * page_size; i++)
    if (((volatile const char*)area)[i] != 0x5a) return false;
  return true;
}

/// A child's uffd stays silent when the child has ended: no message, no hangup. Only an ioctl on
/// its memory tells, by ESRCH; this one changes nothing in a child that lives (ENOENT: nothing is
/// registered for write protection).
static bool is_gone(const struct handler* h) {
  struct uffdio_writeprotect w = {.range = {(uintptr_t)t.ranges[0].start, page_size}};
  return ioctl(h->uffd, UFFDIO_WRITEPROTECT, &w) && errno == ESRCH;
}

/// One thread for the parent's uffd, and one for every child's; each fork event brings the next.
static void* serve_family(void* argument) {
  struct handler* h = argument;
  struct uffd_msg m;
  int got;
  while ((got = message_within(h, &m, 200)) >= 0) {
    if (got == 0) {
      if (is_gone(h)) break;
    } else if (m.event == UFFD_EVENT_PAGEFAULT) {
      answer_fault(h, &m);
    } else if (m.event == UFFD_EVENT_FORK) {
      struct handler* child = malloc(sizeof *child);
      if (!child) _exit(1);
      start_handler(child, (int)m.arg.fork.ufd, 0x5a);
      pthread_detach(start_thread(serve_family, child, "child-handler"));
    }
  }
  close(h->uffd);
  munmap(h->page, page_size);
  free(h);
  return NULL;
}

int main(int argc, char** argv) {
  begin_target(argc, argv);
  pages = (size_t)option_number(argc, argv, "--pages", 8);
  const long rounds = option_number(argc, argv, "--rounds", 0);
  const int64_t pause_ns = option_number(argc, argv, "--pause", 1000) * 1000000;
  const uint64_t wish = option_given(argc, argv, "--no-thread-id") ? 0 : UFFD_FEATURE_THREAD_ID;
  open_uffd(&t, O_CLOEXEC | O_NONBLOCK, UFFD_FEATURE_EVENT_FORK, wish);
  char* area = map_pages(pages * page_size, -1);
  register_range(&t, area, pages * page_size, MODE_MISSING);
  if (!option_given(argc, argv, "--no-handler")) {
    struct handler* handler = malloc(sizeof *handler);
    if (!handler) return 1;
    start_handler(handler, t.uffd, 0x5a);
    start_thread(serve_family, handler, "handler");
  }
  say_ready(&t);
  for (long round = 0; rounds == 0 || round < rounds; round++) {
    sleep_ns(pause_ns);
    madvise(area, pages * page_size, MADV_DONTNEED);
    const pid_t child = fork();
    if (child == 0) _exit(read_all(area) ? 0 : 1);
    int status;
    const bool mine = read_all(area);
    if (child < 0 || waitpid(child, &status, 0) < 0 || !mine || status != 0) {
      printf("{\"wrong\":true,\"round\":%ld}\n", round);
      return 1;
    }
    printf("{\"round\":%ld,\"child\":%d}\n", round, child);
  }
  return 0;
}
