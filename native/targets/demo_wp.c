// wp: the pages are there and full, but write-protected through the uffd. Each write waits until
// somebody lifts the protection of its page; reads never wait. The way snapshots and garbage
// collectors learn what is written.
//   --pages N (8)   --pause MILLISECONDS (0) between two pages
#include "common.h"
#include "report.h"

int main(int argc, char** argv) {
  begin_target(argc, argv);
  struct target t = {.name = "wp"};
  const size_t pages = (size_t)option_number(argc, argv, "--pages", 8);
  const size_t length = pages * page_size;
  const int64_t pause_ns = option_number(argc, argv, "--pause", 0) * 1000000;
  open_uffd(&t, O_CLOEXEC | O_NONBLOCK, UFFD_FEATURE_PAGEFAULT_FLAG_WP, UFFD_FEATURE_THREAD_ID);
  char* area = map_pages(length, -1);
  name_range(area, length, "lesson");
  for (size_t i = 0; i < pages; i++)
    snprintf(area + i * page_size, page_size, "page %zu, as it was", i);
  register_range(&t, area, length, MODE_WP);
  struct uffdio_writeprotect protect = {.range = {(uintptr_t)area, length},
                                        .mode = UFFDIO_WRITEPROTECT_MODE_WP};
  if (ioctl(t.uffd, UFFDIO_WRITEPROTECT, &protect))
    give_up("UFFDIO_WRITEPROTECT: %s", strerror(errno));
  say_ready(&t);
  for (size_t i = 0; i < pages; i++) {
    sleep_ns(pause_ns);
    char* page = area + i * page_size;
    const int64_t start = now_ns();
    *(volatile char*)page = 'P';
    report_page(i, page, now_ns() - start);
  }
  return 0;
}
