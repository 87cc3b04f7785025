// missing: one thread reads page after page of memory that was never filled, and waits at each one
// until somebody copies or zeroes it. Prints what it read, so that bytes edited by hand can be seen
// to arrive.
//   --pages N (8)   --pause MILLISECONDS (0) between two pages   --write: touch by writing
#include "common.h"
#include "report.h"

int main(int argc, char** argv) {
  begin_target(argc, argv);
  struct target t = {.name = "missing"};
  const size_t pages = (size_t)option_number(argc, argv, "--pages", 8);
  const int64_t pause_ns = option_number(argc, argv, "--pause", 0) * 1000000;
  const bool write = option_given(argc, argv, "--write");
  open_uffd(&t, O_CLOEXEC | O_NONBLOCK, 0, UFFD_FEATURE_THREAD_ID);
  char* area = map_pages(pages * page_size, -1);
  name_range(area, pages * page_size, "lesson");
  register_range(&t, area, pages * page_size, MODE_MISSING);
  say_ready(&t);
  for (size_t i = 0; i < pages; i++) {
    sleep_ns(pause_ns);
    char* page = area + i * page_size;
    const int64_t start = now_ns();
    if (write) *(volatile char*)(page + page_size - 1) = 'w';
    report_page(i, page, now_ns() - start);
  }
  return 0;
}
