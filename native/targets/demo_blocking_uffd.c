// blocking_uffd: a working handler whose uffd was opened without O_NONBLOCK: its thread sits in
// read(2), where no signal mask and no poll loop can reach it. Whoever joins must not make the
// descriptor non-blocking under it.
//   --pause MILLISECONDS (50) between two faults
#include "answer.h"
#include "common.h"
#include "steady.h"

static void* serve_blocking(void* argument) {
  struct handler* h = argument;
  struct uffd_msg m;
  while (true) {
    ssize_t got = read(h->uffd, &m, sizeof m);
    if (got < 0 && errno == EINTR) continue;
    if (got != (ssize_t)sizeof m) break;
    if (m.event == UFFD_EVENT_PAGEFAULT) answer_fault(h, &m);
  }
  printf("{\"handler\":\"read: %s\"}\n", strerror(errno));
  _exit(1);
}

int main(int argc, char** argv) {
  begin_target(argc, argv);
  struct target t = {.name = "blocking_uffd"};
  static struct handler handler;
  static struct steady steady = {.pages = 64, .expected = 0x5a};
  steady.pause_ns = option_number(argc, argv, "--pause", 50) * 1000000;
  open_uffd(&t, O_CLOEXEC, 0, UFFD_FEATURE_THREAD_ID);
  steady.area = map_pages(steady.pages * page_size, -1);
  register_range(&t, steady.area, steady.pages * page_size, MODE_MISSING);
  start_handler(&handler, t.uffd, steady.expected);
  start_thread(serve_blocking, &handler, "handler");
  say_ready(&t);
  start_thread(fault_steadily, &steady, "worker");
  pause();
  return 0;
}
