// A process to take part in: it registers memory, has no handler, and does what it is told.
//   victim MEMORY PAGES MODES FEATURES [FLAGS]   MEMORY: anon, shared or huge; MODES: 1 missing,
//   2 wp, 4 minor; FLAGS: 1 UFFD_USER_MODE_ONLY, 2 without O_NONBLOCK
// Prints "ready FD ADDRESS", then obeys one line of input at a time, each in a thread of its own,
// and prints "over ID RESULT" when it is done:
//   read ID PAGE            RESULT: the byte, or "signal N"
//   write ID PAGE BYTE      the same
//   remove|unmap ID PAGE COUNT
//   protect ID PAGE COUNT   UFFDIO_WRITEPROTECT
//   remap ID PAGE COUNT     RESULT: the new address
//   split ID PAGE COUNT     makes these pages a mapping of their own, as mprotect(2) does
//   fork ID PAGE            RESULT: what the child reads there
//   crowd ID PAGE COUNT     a thread for each page reads all of it; RESULT: BYTE:PAGES ...
//   many ID                 uses up the mappings that the process may have; RESULT: their number
//   exec                    becomes cat(1), which ends with its input
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MFD_HUGETLB
#define MFD_HUGETLB 4u
#endif

static char* memory;
static size_t unit;
static int uffd;

struct order {
  char what[16];
  long id, page, more;
};

static _Thread_local sigjmp_buf* landing;

static void jump_out(int signal) {
  if (landing) siglongjmp(*landing, signal);
  _exit(128 + signal);
}

static void die(const char* what) {
  fprintf(stderr, "victim: %s: %s\n", what, strerror(errno));
  _exit(1);
}

static void say(const char* text) {
  if (write(1, text, strlen(text)) < 0) _exit(0);
}

/// The access itself; returns a signal, or 0.
static int touch(volatile unsigned char* at, int write_it, unsigned char* byte) {
  sigjmp_buf here;
  int signal = sigsetjmp(here, 1);
  if (signal == 0) {
    landing = &here;
    if (write_it) {
      *at = *byte;
    } else {
      *byte = *at;
    }
  }
  landing = NULL;
  return signal;
}

static void do_touch(const struct order* o, char* result, size_t size) {
  unsigned char byte = (unsigned char)o->more;
  int signal = touch((unsigned char*)memory + (size_t)o->page * unit, o->what[0] == 'w', &byte);
  snprintf(result, size, signal ? "signal %d" : "%d", signal ? signal : byte);
}

static void do_fork(const struct order* o, char* result, size_t size) {
  pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(((volatile unsigned char*)memory)[(size_t)o->page * unit]);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0) die("fork");
  if (WIFEXITED(status)) {
    snprintf(result, size, "%d", WEXITSTATUS(status));
  } else {
    snprintf(result, size, "signal %d", WTERMSIG(status));
  }
}

/// One thread a page reads every byte of it; RESULT: which byte filled how many pages ("0:3
/// 90:97"), 256 for a page of unequal bytes.
static long filled[257];
static void* one_of_crowd(void* argument) {
  const volatile unsigned char* at = (unsigned char*)memory + (size_t)argument * unit;
  int byte = at[0];
  for (size_t i = 1; i < unit; i++)
    if (at[i] != byte) byte = 256;
  __atomic_fetch_add(&filled[byte], 1, __ATOMIC_RELAXED);
  return NULL;
}

static void do_crowd(const struct order* o, char* result, size_t size) {
  pthread_t* threads = calloc((size_t)o->more, sizeof *threads);
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 32 << 10);
  for (long i = 0; i < o->more; i++)
    if (pthread_create(&threads[i], &small, one_of_crowd, (void*)(o->page + i)))
      die("pthread_create of a crowd");
  for (long i = 0; i < o->more; i++) pthread_join(threads[i], NULL);
  free(threads);
  size_t used = 0;
  for (int byte = 0; byte < 257; byte++) {
    long n = __atomic_exchange_n(&filled[byte], 0, __ATOMIC_RELAXED);
    if (n && used < size)
      used += (size_t)snprintf(result + used, size - used, used ? " %d:%ld" : "%d:%ld", byte, n);
  }
}

static void do_many(char* result, size_t size) {
  long made = 0;
  for (int protection = PROT_READ;;
       protection ^= PROT_READ, ++made) {  // unequal neighbours do not merge
    if (mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) break;
  }
  snprintf(result, size, "%ld", made);
}

/// From now on this thread is a handler that answers with bytes 0x77, and never returns.
static void do_serve(void) {
  unsigned char* page = memset(aligned_alloc(unit, unit), 0x77, unit);
  for (;;) {
    struct pollfd ready = {uffd, POLLIN, 0};
    struct uffd_msg message;
    if (poll(&ready, 1, -1) != 1 || read(uffd, &message, sizeof message) != sizeof message)
      die("serve");
    if (message.event != UFFD_EVENT_PAGEFAULT) continue;
    struct uffdio_copy copy = {
        .dst = message.arg.pagefault.address & -unit, .src = (unsigned long)page, .len = unit};
    if (ioctl(uffd, UFFDIO_COPY, &copy)) die("serve: UFFDIO_COPY");
  }
}

static void* obey(void* argument) {
  struct order* o = argument;
  char result[64] = "0";
  char* at = memory + (size_t)o->page * unit;
  size_t length = (size_t)o->more * unit;
  if (!strcmp(o->what, "read") || !strcmp(o->what, "write")) {
    do_touch(o, result, sizeof result);
  } else if (!strcmp(o->what, "remove")) {
    snprintf(result, sizeof result, "%d", madvise(at, length, MADV_DONTNEED) ? errno : 0);
  } else if (!strcmp(o->what, "unmap")) {
    snprintf(result, sizeof result, "%d", munmap(at, length) ? errno : 0);
  } else if (!strcmp(o->what, "protect")) {
    struct uffdio_writeprotect w = {.range = {(unsigned long)at, length},
                                    .mode = UFFDIO_WRITEPROTECT_MODE_WP};
    snprintf(result, sizeof result, "%d", ioctl(uffd, UFFDIO_WRITEPROTECT, &w) ? errno : 0);
  } else if (!strcmp(o->what, "remap")) {
    void* room = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void* to = mremap(at, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, room);
    snprintf(result, sizeof result, "%#lx", (unsigned long)to);
  } else if (!strcmp(o->what, "split")) {
    snprintf(result, sizeof result, "%d", madvise(at, length, MADV_DONTDUMP) ? errno : 0);
  } else if (!strcmp(o->what, "fork")) {
    do_fork(o, result, sizeof result);
  } else if (!strcmp(o->what, "crowd")) {
    do_crowd(o, result, sizeof result);
  } else if (!strcmp(o->what, "serve")) {
    do_serve();
  } else if (!strcmp(o->what, "many")) {
    do_many(result, sizeof result);
  } else {
    die(o->what);
  }
  char text[128];
  snprintf(text, sizeof text, "over %ld %s\n", o->id, result);
  say(text);
  free(o);
  return NULL;
}

static int make_uffd(unsigned long features, unsigned long how) {
  const int user_mode_only = 1, flags = O_CLOEXEC | (how & 2 ? 0 : O_NONBLOCK);
  int fd = how & 1 ? -1 : (int)syscall(SYS_userfaultfd, flags);
  if (fd < 0) fd = (int)syscall(SYS_userfaultfd, flags | user_mode_only);
  if (fd < 0) die("userfaultfd");
  struct uffdio_api api = {.api = UFFD_API, .features = features};
  if (ioctl(fd, UFFDIO_API, &api)) die("UFFDIO_API");
  return fd;
}

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) die("four or five arguments are wanted");
  int huge = !strcmp(argv[1], "huge");
  unit = huge ? 2u << 20 : (size_t)sysconf(_SC_PAGESIZE);
  size_t length = strtoul(argv[2], NULL, 0) * unit;
  struct uffdio_register range = {.mode = strtoul(argv[3], NULL, 0)};
  uffd = make_uffd(strtoul(argv[4], NULL, 0), argc > 5 ? strtoul(argv[5], NULL, 0) : 0);

  int file = -1, flags = MAP_PRIVATE | MAP_ANONYMOUS;
  if (strcmp(argv[1], "anon")) {
    file = memfd_create("victim", MFD_CLOEXEC | (huge ? MFD_HUGETLB : 0));
    if (file < 0 || ftruncate(file, (off_t)length)) die("memfd_create");
    flags = MAP_SHARED | MAP_NORESERVE;
  }
  memory = mmap(NULL, length, PROT_READ | PROT_WRITE, flags, file, 0);
  if (memory == MAP_FAILED) die("mmap");
  range.range.start = (unsigned long)memory;
  range.range.len = length;
  if (range.mode && ioctl(uffd, UFFDIO_REGISTER, &range)) die("UFFDIO_REGISTER");

  struct sigaction action = {.sa_handler = jump_out, .sa_flags = SA_NODEFER};
  sigaction(SIGBUS, &action, NULL);
  sigaction(SIGSEGV, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  char line[128];
  snprintf(line, sizeof line, "ready %d %#lx\n", uffd, (unsigned long)memory);
  say(line);
  while (fgets(line, sizeof line, stdin)) {
    struct order* o = calloc(1, sizeof *o);
    if (!o || sscanf(line, "%15s %ld %ld %ld", o->what, &o->id, &o->page, &o->more) < 1)
      die("order");
    if (!strcmp(o->what, "exec")) execlp("cat", "cat", NULL), die("exec");
    pthread_t thread;
    if (pthread_create(&thread, NULL, obey, o)) die("pthread_create");
    pthread_detach(thread);
  }
  _exit(0);
}
