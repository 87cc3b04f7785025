// remaps: memory that moves, shrinks and is given back while it is served. Each round reads fresh
// pages, gives some back (EVENT_REMOVE), moves the mapping (EVENT_REMAP) and unmaps its end
// (EVENT_UNMAP), and reads again: what was there before the move must be there after it.
//   --pause MILLISECONDS (500) between two rounds   --rounds N (0: for ever)   --no-handler
#include "answer.h"
#include "common.h"

enum { PAGES = 16 };

static struct target t = {.name = "remaps"};

static void* serve_moving(void* argument) {
  struct handler* h = argument;
  struct uffd_msg m;
  while (next_message(
      h, &m))  // an event is answered by being read; addresses of faults are those after it
    if (m.event == UFFD_EVENT_PAGEFAULT) answer_fault(h, &m);
  return NULL;
}

static void expect(const char* area, size_t page, unsigned char wanted, const char* what) {
  const unsigned char got = *(volatile const unsigned char*)(area + page * page_size);
  if (got == wanted) return;
  printf("{\"wrong\":true,\"page\":%zu,\"got\":%u,\"when\":\"%s\"}\n", page, got, what);
  _exit(1);
}

static void one_round(long round) {
  const size_t length = PAGES * page_size;
  char* area = map_pages(length, -1);
  struct uffdio_register r = {.range = {(uintptr_t)area, length},
                              .mode = UFFDIO_REGISTER_MODE_MISSING};
  if (ioctl(t.uffd, UFFDIO_REGISTER, &r)) give_up("UFFDIO_REGISTER: %s", strerror(errno));
  for (size_t i = 0; i < PAGES / 2; i++) {
    expect(area, i, 0x5a, "fresh");
    area[i * page_size] = (char)(i + 1);
  }
  madvise(area, 2 * page_size, MADV_DONTNEED);
  expect(area, 0, 0x5a, "given back");
  char* place = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char* moved = mremap(area, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, place);
  if (moved == MAP_FAILED) give_up("mremap: %s", strerror(errno));
  for (size_t i = 2; i < PAGES / 2; i++) expect(moved, i, (unsigned char)(i + 1), "moved");
  expect(moved, PAGES / 2, 0x5a, "fresh after the move");
  munmap(moved + length / 2, length / 2);
  expect(moved, 3, 4, "after the end was unmapped");
  munmap(moved, length / 2);
  printf("{\"round\":%ld}\n", round);
}

int main(int argc, char** argv) {
  begin_target(argc, argv);
  static struct handler handler;
  const long rounds = option_number(argc, argv, "--rounds", 0);
  const int64_t pause_ns = option_number(argc, argv, "--pause", 500) * 1000000;
  open_uffd(&t, O_CLOEXEC | O_NONBLOCK,
            UFFD_FEATURE_EVENT_REMAP | UFFD_FEATURE_EVENT_REMOVE | UFFD_FEATURE_EVENT_UNMAP,
            UFFD_FEATURE_THREAD_ID);
  // One page that stays, so that there is a range to show between two rounds.
  register_range(&t, map_pages(page_size, -1), page_size, MODE_MISSING);
  if (!option_given(argc, argv, "--no-handler")) {
    start_handler(&handler, t.uffd, 0x5a);
    start_thread(serve_moving, &handler, "handler");
  }
  say_ready(&t);
  for (long round = 0; rounds == 0 || round < rounds; round++) {
    sleep_ns(pause_ns);
    one_round(round);
  }
  return 0;
}
