// handler_dies: the handler reads one message for every thread and ends without an answer; its uffd
// stays open in the process. Nobody will ever read or answer again, and nothing in the kernel says
// so.
//   --threads N (2)
#include "answer.h"
#include "common.h"

static struct target t = {.name = "handler_dies"};
static size_t threads;

static void* short_lived(void* argument) {
  struct handler* h = argument;
  struct uffd_msg m;
  for (size_t i = 0; i < threads && next_message(h, &m); i++) continue;
  printf("{\"handler\":\"gone\"}\n");
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
  threads = (size_t)option_number(argc, argv, "--threads", 2);
  pthread_t workers[64];
  static struct handler handler;
  if (threads < 1 || threads > 64) return 2;
  open_uffd(&t, O_CLOEXEC | O_NONBLOCK, 0, UFFD_FEATURE_THREAD_ID);
  register_range(&t, map_pages(threads * page_size, -1), threads * page_size, MODE_MISSING);
  start_handler(&handler, t.uffd, 0x5a);
  start_thread(short_lived, &handler, "handler");
  say_ready(&t);
  for (size_t i = 0; i < threads; i++) workers[i] = start_thread(touch, (void*)i, "stuck");
  for (size_t i = 0; i < threads; i++) pthread_join(workers[i], NULL);
  return 0;
}
