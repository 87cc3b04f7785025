// nobody_reads: memory is registered and nobody reads the uffd, so every thread that touches it
// hangs. The first bug of every handler: registered before the handler runs, or the handler never
// started.
//   --threads N (2)
#include "common.h"

static struct target t = {.name = "nobody_reads"};

static void* touch(void* argument) {
  const size_t index = (size_t)argument;
  *(volatile char*)(t.ranges[0].start + index * page_size) = 1;
  printf("{\"thread\":%zu,\"done\":true}\n", index);
  return NULL;
}

int main(int argc, char** argv) {
  begin_target(argc, argv);
  const size_t threads = (size_t)option_number(argc, argv, "--threads", 2);
  pthread_t workers[64];
  if (threads < 1 || threads > 64) return 2;
  open_uffd(&t, O_CLOEXEC | O_NONBLOCK, 0, UFFD_FEATURE_THREAD_ID);
  register_range(&t, map_pages(threads * page_size, -1), threads * page_size, MODE_MISSING);
  say_ready(&t);
  for (size_t i = 0; i < threads; i++) workers[i] = start_thread(touch, (void*)i, "stuck");
  for (size_t i = 0; i < threads; i++) pthread_join(workers[i], NULL);
  return 0;
}
