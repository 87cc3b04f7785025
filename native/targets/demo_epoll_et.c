// epoll_et: a working handler that waits in epoll with EPOLLET and reads until EAGAIN. A message
// that somebody else reads, or puts back, gives it no new edge: it is the handler that goes deaf
// first when a joiner is careless.
//   --pause MILLISECONDS (50) between two faults   --threads N (2)
#define _GNU_SOURCE
#include <sys/epoll.h>

#include "answer.h"
#include "common.h"
#include "steady.h"

static void* serve_edges(void* argument) {
  struct handler* h = argument;
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN | EPOLLET};
  if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, h->uffd, &event)) _exit(1);
  while (true) {
    if (epoll_wait(epoll, &event, 1, -1) < 0 && errno != EINTR) _exit(1);
    struct uffd_msg m;
    while (read(h->uffd, &m, sizeof m) == (ssize_t)sizeof m)
      if (m.event == UFFD_EVENT_PAGEFAULT) answer_fault(h, &m);
  }
  return NULL;
}

int main(int argc, char** argv) {
  begin_target(argc, argv);
  struct target t = {.name = "epoll_et"};
  static struct handler handler;
  static struct steady steady[64];
  const long threads = option_number(argc, argv, "--threads", 2);
  const int64_t pause_ns = option_number(argc, argv, "--pause", 50) * 1000000;
  const size_t pages = 64;
  if (threads < 1 || threads > 64) return 2;
  open_uffd(&t, O_CLOEXEC | O_NONBLOCK, 0, UFFD_FEATURE_THREAD_ID);
  char* area = map_pages((size_t)threads * pages * page_size, -1);
  register_range(&t, area, (size_t)threads * pages * page_size, MODE_MISSING);
  start_handler(&handler, t.uffd, 0x5a);
  start_thread(serve_edges, &handler, "handler");
  say_ready(&t);
  for (long i = 0; i < threads; i++) {
    steady[i] = (struct steady){area + (size_t)i * pages * page_size, pages, pause_ns, 0x5a};
    start_thread(fault_steadily, &steady[i], "worker");
  }
  pause();
  return 0;
}
