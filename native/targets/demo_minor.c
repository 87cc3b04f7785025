// minor: shared memory whose bytes are in the page cache already, but not mapped where the program
// reads. Each first touch waits until somebody maps the page with UFFDIO_CONTINUE. The way a VM
// shares its memory with its pager.
//   --pages N (8)   --pause MILLISECONDS (0) between two pages
#include "common.h"
#include "report.h"

int main(int argc, char** argv) {
  begin_target(argc, argv);
  struct target t = {.name = "minor"};
  const size_t pages = (size_t)option_number(argc, argv, "--pages", 8);
  const size_t length = pages * page_size;
  const int64_t pause_ns = option_number(argc, argv, "--pause", 0) * 1000000;
  open_uffd(&t, O_CLOEXEC | O_NONBLOCK, UFFD_FEATURE_MINOR_SHMEM, UFFD_FEATURE_THREAD_ID);
  const int fd = new_memfd("lesson", length);
  char* filling = map_pages(length, fd);
  for (size_t i = 0; i < pages; i++)
    snprintf(filling + i * page_size, page_size, "page %zu, from the cache", i);
  char* area = map_pages(length, fd);
  register_range(&t, area, length, MODE_MINOR);
  say_ready(&t);
  for (size_t i = 0; i < pages; i++) {
    sleep_ns(pause_ns);
    report_page(i, area + i * page_size, 0);
  }
  return 0;
}
