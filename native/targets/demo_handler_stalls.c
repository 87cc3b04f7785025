// handler_stalls: the handler reads the messages and forgets them. It lives and waits for more, so
// all looks well from outside, but the threads sleep on. fdinfo: pending 0, total above 0.
//   --threads N (2)   --answer-first N (0): answers so many before it begins to forget
#include "answer.h"
#include "common.h"

static struct target t = {.name = "handler_stalls"};
static long answer_first;

static void* forgetful(void* argument) {
  struct handler* h = argument;
  struct uffd_msg m;
  for (long read = 0; next_message(h, &m); read++)
    if (m.event == UFFD_EVENT_PAGEFAULT && read < answer_first) answer_fault(h, &m);
  return NULL;
}

static void* touch(void* argument) {
  const size_t index = (size_t)argument;
  *(volatile char*)(t.ranges[0].start + index * page_size) = 1;
  printf("{\"thread\":%zu,\"done\":true}\n", index);
  return NULL;
}

int main(int argc, char** argv) {
  begin_target(argc, argv);
  const size_t threads = (size_t)option_number(argc, argv, "--threads", 2);
  answer_first = option_number(argc, argv, "--answer-first", 0);
  pthread_t workers[64];
  static struct handler handler;
  if (threads < 1 || threads > 64) return 2;
  open_uffd(&t, O_CLOEXEC | O_NONBLOCK, 0, UFFD_FEATURE_THREAD_ID);
  register_range(&t, map_pages(threads * page_size, -1), threads * page_size, MODE_MISSING);
  start_handler(&handler, t.uffd, 0x5a);
  start_thread(forgetful, &handler, "handler");
  say_ready(&t);
  for (size_t i = 0; i < threads; i++) workers[i] = start_thread(touch, (void*)i, "stuck");
  for (size_t i = 0; i < threads; i++) pthread_join(workers[i], NULL);
  return 0;
}
