// checker: faults page after page with as many threads as asked, and holds every byte to what it
// must be. Tests and benchmarks ask it for the truth: it exits with 0 only if every byte was right,
// and prints one line of JSON.
//   --threads N (1)  --pages N (1000) for each thread  --rounds N (1)  --seconds N: rounds until so
//   much time has gone, or SIGTERM came: then the report all the same
//   --together: all threads fault the same pages, in one round
//   --kind missing|wp|minor (missing)
//   --expect zero|byte:HH|file:PATH[@OFFSET] (zero): what missing pages must hold; a file from the
//   range's start on
//   --wait: begin after a line (or the end) on stdin     --pin CPU: run on this one
//   --serve: a handler thread of its own (byte:5a)       --hand-to SOCKET: send the uffd there, see
//   test/bench/c_handler.c
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "answer.h"
#include "checked.h"
#include "common.h"

static struct target t = {.name = "checker"};
static struct expectation expected;
static size_t pages;  // of each thread
static long rounds;
static _Atomic int64_t deadline_ns;  // 0: by rounds
static unsigned mode = MODE_MISSING;

struct worker {
  pthread_t thread;
  size_t first;  // page of the range
  int64_t* samples;
  size_t sample_count, sample_limit;
  int64_t busy_ns;
  uint64_t touched, wrong;
  int64_t first_wrong;  // offset in the range, or -1
};

/// Makes every page of the slice fault again.
static void rearm(char* slice) {
  if (mode == MODE_WP) {
    struct uffdio_writeprotect w = {.range = {(uintptr_t)slice, pages * page_size},
                                    .mode = UFFDIO_WRITEPROTECT_MODE_WP};
    if (ioctl(t.uffd, UFFDIO_WRITEPROTECT, &w)) give_up("UFFDIO_WRITEPROTECT: %s", strerror(errno));
  } else {
    madvise(slice, pages * page_size, MADV_DONTNEED);
  }
}

static void end_now(int signal) {
  (void)signal;
  deadline_ns = 1;
}

/// Only the main thread takes SIGTERM: elsewhere it would interrupt a wait for faults.
static void block_end(int how) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(how, &set, NULL);
}

static void* fault_and_check(void* argument) {
  struct worker* w = argument;
  char* slice = t.ranges[0].start + w->first * page_size;
  for (long round = 0; deadline_ns ? now_ns() < deadline_ns : round < rounds; round++) {
    if (round > 0 || mode == MODE_WP) rearm(slice);
    const int64_t begin = now_ns();
    for (size_t i = 0; i < pages; i++) {
      volatile char* byte = slice + i * page_size;
      const int64_t start = now_ns();
      if (mode == MODE_WP)
        *byte = *byte;
      else
        (void)*byte;
      if (w->sample_count < w->sample_limit) w->samples[w->sample_count++] = now_ns() - start;
    }
    w->busy_ns += now_ns() - begin;
    w->touched += pages;
    for (size_t i = 0; i < pages; i++) {
      const int64_t bad = first_wrong_byte(&expected, slice + i * page_size, w->first + i);
      if (bad < 0) continue;
      if (w->wrong++ == 0) w->first_wrong = (int64_t)((w->first + i) * page_size) + bad;
    }
  }
  return NULL;
}

/// One byte with the descriptor; the connection stays open, so that the handler sees our end.
static void hand_over(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  const int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (s < 0 || connect(s, (struct sockaddr*)&address, sizeof address))
    give_up("connect: %s", strerror(errno));
  char byte = 'u';
  struct iovec io = {&byte, 1};
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  memset(control, 0, sizeof control);
  struct msghdr message = {
      .msg_iov = &io, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr* c = CMSG_FIRSTHDR(&message);
  *c = (struct cmsghdr){
      .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(c), &t.uffd, sizeof t.uffd);
  if (sendmsg(s, &message, 0) != 1) give_up("sendmsg: %s", strerror(errno));
}

static void prepare_memory(size_t length) {
  if (mode == MODE_MINOR) {
    const int fd = new_memfd("checker", length);
    fill_with_index(map_pages(length, fd), length);
    register_range(&t, map_pages(length, fd), length, mode);
    return;
  }
  char* area = map_pages(length, -1);
  if (mode == MODE_WP) fill_with_index(area, length);
  register_range(&t, area, length, mode);
}

static int report(struct worker* workers, size_t count) {
  size_t samples = 0, merged = 0;
  uint64_t touched = 0, wrong = 0;
  int64_t first_wrong = -1;
  double rate = 0;
  for (size_t i = 0; i < count; i++) samples += workers[i].sample_count;
  int64_t* all = malloc((samples + 1) * sizeof *all);
  if (!all) return 1;
  for (size_t i = 0; i < count; i++) {
    const struct worker* w = &workers[i];
    memcpy(all + merged, w->samples, w->sample_count * sizeof *all);
    merged += w->sample_count;
    touched += w->touched;
    wrong += w->wrong;
    if (first_wrong < 0) first_wrong = w->first_wrong;
    if (w->busy_ns > 0) rate += (double)w->touched * 1e9 / (double)w->busy_ns;
  }
  const bool ok = wrong == 0 && touched > 0;
  printf("{\"ok\":%s,\"pages\":%llu,\"wrong\":%llu,\"firstWrong\":", ok ? "true" : "false",
         (unsigned long long)touched, (unsigned long long)wrong);
  if (first_wrong < 0)
    printf("null");
  else
    printf("%lld", (long long)first_wrong);
  printf(",\"latencyNs\":");
  print_percentiles(all, samples);
  printf(",\"pagesPerSecond\":%.0f}\n", rate);
  return ok ? 0 : 1;
}

int main(int argc, char** argv) {
  begin_target(argc, argv);
  const size_t threads = (size_t)option_number(argc, argv, "--threads", 1);
  pages = (size_t)option_number(argc, argv, "--pages", 1000);
  rounds = option_number(argc, argv, "--rounds", 1);
  const int64_t seconds = option_number(argc, argv, "--seconds", 0);
  const long cpu = option_number(argc, argv, "--pin", -1);
  const char* kind = option_text(argc, argv, "--kind");
  if (kind)
    mode = !strcmp(kind, "wp") ? MODE_WP : !strcmp(kind, "minor") ? MODE_MINOR : MODE_MISSING;
  if (threads < 1 || threads > 256 || pages < 1) return 2;
  if (cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set)) give_up("sched_setaffinity: %s", strerror(errno));
  }
  const bool serve = option_given(argc, argv, "--serve");
  const char* text = option_text(argc, argv, "--expect");
  expected = mode == MODE_MISSING ? read_expectation(text    ? text
                                                     : serve ? "byte:5a"
                                                             : "zero",
                                                     threads * pages)
                                  : (struct expectation){.type = EXPECT_INDEX};
  open_uffd(&t, O_CLOEXEC | O_NONBLOCK,
            mode == MODE_WP      ? UFFD_FEATURE_PAGEFAULT_FLAG_WP
            : mode == MODE_MINOR ? UFFD_FEATURE_MINOR_SHMEM
                                 : 0,
            UFFD_FEATURE_THREAD_ID);
  prepare_memory(threads * pages * page_size);
  static struct handler handler;
  if (seconds) block_end(SIG_BLOCK);
  if (serve) {
    start_handler(&handler, t.uffd, 0x5a);
    start_thread(serve_faults, &handler, "handler");
  }
  const char* socket_path = option_text(argc, argv, "--hand-to");
  if (socket_path) hand_over(socket_path);
  say_ready(&t);

  struct worker* workers = calloc(threads, sizeof *workers);
  const bool together = option_given(argc, argv, "--together");
  const size_t limit = seconds || rounds > 1000 ? 1u << 20 : pages * (size_t)rounds;
  if (seconds) deadline_ns = now_ns() + seconds * 1000000000;
  for (size_t i = 0; i < threads; i++) {
    workers[i] = (struct worker){
        .first = together ? 0 : i * pages, .sample_limit = limit, .first_wrong = -1};
    workers[i].samples = malloc(limit * sizeof(int64_t));
    if (!workers[i].samples) give_up("no memory for %zu samples", limit);
    workers[i].thread = start_thread(fault_and_check, &workers[i], "faulter");
  }
  if (seconds) {
    signal(SIGTERM, end_now);
    block_end(SIG_UNBLOCK);
  }
  for (size_t i = 0; i < threads; i++) pthread_join(workers[i].thread, NULL);
  return report(workers, threads);
}
