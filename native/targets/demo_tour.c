// demo: a process to explore. Three kinds of memory fault gently and for ever: "pool" (anonymous:
// missing pages and write protection), "cache" (a memfd: missing pages) and "db" (a memfd in the
// page cache: minor faults). Nobody answers unless --serve is given: the threads wait until
// uffdscope, or you in it, give them their pages.
//   --threads N (4)   --map SIZE (64M)   --rate FAULTS_PER_SECOND (8)   --serve [--delay
//   MICROSECONDS]
#include "answer.h"
#include "common.h"

enum { POOL, CACHE, DB };

static struct target demo = {.name = "demo"};
static long threads, rate;
static int64_t serve_delay_ns;

/// A small generator for each worker: the same walk in every run.
static uint64_t next_random(uint64_t* state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  return *state ^= *state << 17;
}

/// Make sure that the next touch of this page faults again.
static void let_it_fault(int which, char* page, bool write_protect) {
  if (which == CACHE) {
    madvise(page, page_size, MADV_REMOVE);  // out of the file: missing
  } else if (which == DB) {
    madvise(page, page_size, MADV_DONTNEED);  // stays in the page cache: minor
  } else if (write_protect) {
    struct uffdio_writeprotect w = {.range = {(uintptr_t)page, page_size},
                                    .mode = UFFDIO_WRITEPROTECT_MODE_WP};
    ioctl(demo.uffd, UFFDIO_WRITEPROTECT,
          &w);  // a page that is not there stays missing, which is as good
  } else {
    madvise(page, page_size, MADV_DONTNEED);
  }
}

static void* worker(void* argument) {
  uint64_t state = 0x9e3779b97f4a7c15u * ((uintptr_t)argument + 1);
  const int64_t pause_ns = threads * 1000000000L / rate;
  while (true) {
    sleep_ns(pause_ns / 2 + (int64_t)(next_random(&state) % (uint64_t)(pause_ns + 1)));
    const uint64_t dice = next_random(&state);
    const int which = dice % 8 < 5 ? POOL : dice % 8 < 7 ? CACHE : DB;
    if (which >= demo.range_count) continue;  // no minor faults on this kernel
    const struct target_range* range = &demo.ranges[which];
    // Half of the touches stay in the first eighth, so that some pages are seen again and again.
    size_t pages = range->length / page_size;
    if (dice >> 8 & 1) pages = pages / 8 + 1;
    char* page = range->start + next_random(&state) % pages * page_size;
    const bool protect = which == POOL && (dice >> 9) % 3 == 0;
    const bool write = protect || dice >> 12 & 1;
    let_it_fault(which, page, protect);
    volatile char* byte = page + (dice >> 16) % page_size;
    if (write)
      *byte = (char)dice;
    else
      (void)*byte;
  }
  return NULL;
}

static void* serve_slowly(void* argument) {
  struct handler* h = argument;
  struct uffd_msg m;
  while (next_message(h, &m)) {
    if (serve_delay_ns) sleep_ns(serve_delay_ns);
    if (m.event == UFFD_EVENT_PAGEFAULT) answer_fault(h, &m);
  }
  return NULL;
}

int main(int argc, char** argv) {
  begin_target(argc, argv);
  prctl(PR_SET_NAME, "demo");
  threads = option_number(argc, argv, "--threads", 4);
  rate = option_number(argc, argv, "--rate", 8);
  size_t size = (size_t)option_number(argc, argv, "--map", 64L << 20) & ~(16 * page_size - 1);
  serve_delay_ns = option_number(argc, argv, "--delay", 0) * 1000;
  if (threads < 1 || threads > 256 || rate < 1 || size == 0) {
    fprintf(stderr, "demo: 1 to 256 threads, at least 1 fault a second and 16 pages\n");
    return 2;
  }
  open_uffd(&demo, O_CLOEXEC | O_NONBLOCK,
            UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_MISSING_SHMEM,
            UFFD_FEATURE_THREAD_ID | UFFD_FEATURE_EXACT_ADDRESS | UFFD_FEATURE_MINOR_SHMEM);

  char* pool = map_pages(size, -1);
  name_range(pool, size, "pool");
  register_range(&demo, pool, size, MODE_MISSING | MODE_WP);
  register_range(&demo, map_pages(size / 2, new_memfd("cache", size / 2)), size / 2, MODE_MISSING);
  if (demo.features & UFFD_FEATURE_MINOR_SHMEM) {
    const size_t db_size = size / 16;
    const int fd = new_memfd("db", db_size);
    char* writable = map_pages(db_size, fd);  // fills the page cache beside the registered mapping
    for (size_t at = 0; at < db_size; at += page_size)
      snprintf(writable + at, page_size, "record %zu of the demo database\n", at / page_size);
    register_range(&demo, map_pages(db_size, fd), db_size, MODE_MINOR);
  }

  if (option_given(argc, argv, "--serve")) {
    static struct handler handler;
    start_handler(&handler, demo.uffd, 0x5a);
    start_thread(serve_slowly, &handler, "handler");
  }
  say_ready(&demo);
  for (long i = 0; i < threads; i++) {
    char name[32];
    snprintf(name, sizeof name, "worker-%ld", i + 1);  // at most 10 characters: the kernel keeps 15
    start_thread(worker, (void*)i, name);
  }
  pause();
  return 0;
}
