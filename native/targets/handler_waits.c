// A strict userfaultfd handler that waits for messages in one of many ways, with threads that touch
// its pages until standard input ends (an `n` there starts one more handler thread). It says what
// it saw, and exits with
//   0 all was right   10 more EINTR than signals   11 EAGAIN where a message had been announced
//   12 wrong bytes    13 another error             2 usage   3 no userfaultfd
//   WAY      poll ppoll select pselect epoll epollet epollpwait epollpwait2 nested read nap
//   threads  handlers; with several of them EAGAIN is nobody's fault and not held against us
//   work     what one answer takes; gap: between two touches
//   process  the handler is a child process; else it is the first thread
//   turns    one handler thread waits at a time, as in the pools of asynchronous runtimes
//   seccomp  a filter that kills the process for a call number that does not exist
//   idlers   threads that do nothing
// handler_waits WAY [threads=N] [touchers=N] [uffds=N] [pages=N] [gap=US] [work=US] [process=1]
//               [seccomp=1] [idlers=N]
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>

#include "handler_pages.h"

static const char* way;
static int threads = 1, touchers = 1, own_process, turns;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static int is(const char* name) { return strcmp(way, name) == 0; }

static int epoll_over_uffds(void) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < uffd_count; i++) {
    struct epoll_event event = {.events = EPOLLIN | (is("epollet") ? EPOLLET : 0),
                                .data.u32 = (uint32_t)i};
    epoll_ctl(epoll, EPOLL_CTL_ADD, uffds[i].fd, &event);
  }
  if (!is("nested")) return epoll;
  int outer = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN};
  epoll_ctl(outer, EPOLL_CTL_ADD, epoll, &event);
  return outer;
}

// Waits without end; sets bit i where uffd i can be read. -1 with errno as the call gave it.
static int wait_for_some(int epoll, unsigned* ready) {
  struct pollfd list[MOST_UFFDS];
  struct epoll_event events[MOST_UFFDS];
  fd_set set;
  FD_ZERO(&set);
  int got = 0, top = 0;
  for (int i = 0; i < uffd_count; i++) {
    list[i] = (struct pollfd){uffds[i].fd, POLLIN, 0};
    FD_SET(uffds[i].fd, &set);
    if (uffds[i].fd > top) top = uffds[i].fd;
  }
  struct timespec long_time = {3600, 0};
  *ready = 0;
  if (is("poll") || is("ppoll")) {
    got = is("poll") ? poll(list, (nfds_t)uffd_count, -1)
                     : ppoll(list, (nfds_t)uffd_count, &long_time, 0);
    for (int i = 0; i < uffd_count; i++) *ready |= (list[i].revents & POLLIN ? 1u : 0u) << i;
  } else if (is("select") || is("pselect")) {
    got =
        is("select") ? select(top + 1, &set, 0, 0, 0) : pselect(top + 1, &set, 0, 0, &long_time, 0);
    for (int i = 0; got > 0 && i < uffd_count; i++)
      *ready |= (FD_ISSET(uffds[i].fd, &set) ? 1u : 0u) << i;
  } else if (is("nested")) {
    got = epoll_wait(epoll, events, 1, -1);
    if (got > 0) *ready = 1;
  } else {
    if (is("epollpwait2"))
      got = (int)syscall(SYS_epoll_pwait2, epoll, events, MOST_UFFDS, &long_time, 0, 8);
    else if (is("epollpwait"))
      got = epoll_pwait(epoll, events, MOST_UFFDS, -1, &(sigset_t){{0}});
    else
      got = epoll_wait(epoll, events, MOST_UFFDS, -1);
    for (int i = 0; i < got; i++) *ready |= 1u << events[i].data.u32;
  }
  return got;
}

static void* handle(void* unused) {
  int epoll = epoll_over_uffds();
  while (!counts->stop) {
    if (is("nap")) {  // asks now and then, never waits
      if (!read_one(uffds[0].fd, 1)) usleep(500);
      continue;
    }
    if (is("read")) {
      read_one(uffds[0].fd, 0);
      continue;
    }
    unsigned ready;
    if (turns) pthread_mutex_lock(&turn);
    int got = wait_for_some(epoll, &ready);
    if (got < 0) count_error();
    if (turns) pthread_mutex_unlock(&turn);
    if (got < 0) continue;
    for (int i = 0; i < uffd_count; i++) {
      if (!(ready >> i & 1)) continue;
      int more = read_one(uffds[i].fd, threads > 1);
      while (more && is("epollet")) more = read_one(uffds[i].fd, 1);
    }
  }
  return unused;
}

static int report(void) {
  // A wait is broken natively once for a signal at most.
  long eintr = counts->eintr > counts->signals ? counts->eintr - counts->signals : 0;
  printf(
      "way %s answered %ld benign %ld eintr %ld signals %ld eagain %ld other %ld wrong %ld rounds "
      "%ld\n",
      way, counts->answered, counts->benign, counts->eintr, counts->signals, counts->eagain,
      counts->other, counts->wrong, counts->rounds);
  fflush(stdout);
  if (counts->wrong) return 12;
  if (counts->other) return 13;
  if (eintr) return 10;
  return counts->eagain && threads == 1 ? 11 : 0;
}

static void* until_input_ends(void* unused) {
  char byte;
  pthread_t thread;
  while (read(0, &byte, 1) > 0)
    if (byte == 'n') pthread_create(&thread, 0, handle, 0);
  counts->stop = 1;
  usleep(20000);  // a touch under way is answered meanwhile
  _exit(report());
  return unused;
}

static void on_signal(int signal) {
  counts->signals++;
  if (signal == SIGTERM) counts->stop = 1;
}

static void* idle(void* unused) {
  for (;;) pause();
  return unused;
}

static void start_idlers(long n) {
  pthread_attr_t small;
  pthread_t thread;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 32 * 1024);
  while (n-- > 0) pthread_create(&thread, &small, idle, 0);
}

// What sandboxed handlers have, in small: a tracer that changed a call's number to -1 would kill
// it.
static void forbid_unknown_calls(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 1000, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
    perror("seccomp");
    exit(3);
  }
}

static int number(const char* argument, const char* name, long* into) {
  size_t length = strlen(name);
  if (strncmp(argument, name, length) || argument[length] != '=') return 0;
  *into = atol(argument + length + 1);
  return 1;
}

int main(int argc, char** argv) {
  long n_threads = 1, n_touchers = 1, n_uffds = 1, process = 0, seccomp = 0, idlers = 0,
       in_turns = 0;
  for (int i = 2; i < argc; i++)
    if (!number(argv[i], "threads", &n_threads) && !number(argv[i], "touchers", &n_touchers) &&
        !number(argv[i], "uffds", &n_uffds) && !number(argv[i], "pages", &pages) &&
        !number(argv[i], "gap", &gap_us) && !number(argv[i], "work", &work_us) &&
        !number(argv[i], "process", &process) && !number(argv[i], "seccomp", &seccomp) &&
        !number(argv[i], "idlers", &idlers) && !number(argv[i], "turns", &in_turns))
      argc = 0;
  if (argc < 2 || n_uffds < 1 || n_uffds > MOST_UFFDS) return 2;
  way = argv[1];
  threads = (int)n_threads, touchers = (int)n_touchers, uffd_count = (int)n_uffds;
  own_process = (int)process, turns = (int)in_turns;
  counts = mmap(0, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (seccomp) forbid_unknown_calls();
  for (int i = 0; i < uffd_count; i++) open_uffd(i, !is("read"));
  struct sigaction action = {.sa_handler = on_signal};  // no SA_RESTART: a wait is for interrupting
  sigaction(SIGUSR1, &action, 0);
  sigaction(SIGTERM, &action, 0);

  block_signals(SIG_BLOCK);
  start_idlers(idlers);
  pid_t handler = own_process ? fork() : getpid();
  if (own_process && handler == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
  int touches = !own_process || handler != 0, handles = !own_process || handler == 0;
  pthread_t thread;
  if (touches) {
    printf("handler %d", handler);
    for (int i = 0; i < uffd_count; i++)
      printf(" uffd %d base %p", uffds[i].fd, (void*)uffds[i].base);
    printf("\n");
    fflush(stdout);
    for (int i = 0; i < touchers; i++) start_toucher(i, touchers);
    pthread_create(&thread, 0, until_input_ends, 0);
  }
  if (!handles) {
    waitpid(handler, 0, 0);  // without it the touchers wait, as those of a real program would
    pause();
  }
  // Signals to the process reach the first thread, which handles messages.
  for (int i = 1; i < threads; i++) pthread_create(&thread, 0, handle, 0);
  block_signals(SIG_UNBLOCK);
  handle(0);
  usleep(20000);
  _exit(report());
}
