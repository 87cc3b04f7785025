// The plain C handler that benchmarks compare with: another process, poll, read, UFFDIO_COPY,
// nothing else. It listens on a Unix socket, takes one uffd by SCM_RIGHTS (demo_checker --hand-to),
// and ends with the connection.
//   c_handler SOCKET [--byte HH (5a)] [--pin CPU]
#define _GNU_SOURCE
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/epoll.h>

#include "answer.h"
#include "common.h"

static int receive_uffd(int connection) {
  char byte;
  struct iovec io = {&byte, 1};
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  struct msghdr message = {
      .msg_iov = &io, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  const ssize_t got = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
  const struct cmsghdr* c = got == 1 ? CMSG_FIRSTHDR(&message) : NULL;
  if (!c || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(int)))
    give_up("no descriptor came");
  int fd;
  memcpy(&fd, CMSG_DATA(c), sizeof fd);
  return fd;
}

int main(int argc, char** argv) {
  begin_target(argc, argv);
  if (argc < 2) return 2;
  const long cpu = option_number(argc, argv, "--pin", -1);
  const char* byte = option_text(argc, argv, "--byte");
  if (cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set)) give_up("sched_setaffinity: %s", strerror(errno));
  }
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, (struct sockaddr*)&address, sizeof address) ||
      listen(listener, 1))
    give_up("listen: %s", strerror(errno));
  printf("{\"ready\":true,\"pid\":%d}\n", getpid());
  fflush(stdout);
  const int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (connection < 0) give_up("accept: %s", strerror(errno));
  unlink(argv[1]);

  static struct handler handler;
  start_handler(&handler, receive_uffd(connection), byte ? (int)strtol(byte, NULL, 16) : 0x5a);
  struct uffd_msg messages[64];
  struct pollfd fds[2] = {{.fd = handler.uffd, .events = POLLIN},
                          {.fd = connection, .events = POLLIN}};
  int ep=epoll_create1(0); struct epoll_event ev={.events=EPOLLIN}; epoll_ctl(ep,EPOLL_CTL_ADD,handler.uffd,&ev); ev.events=EPOLLIN; ev.data.u64=1; epoll_ctl(ep,EPOLL_CTL_ADD,connection,&ev); struct epoll_event out[32]; int nn; while ((nn=epoll_wait(ep,out,32,-1)) >= 0 || errno == EINTR) { fds[1].revents=0; for(int k=0;k<nn;k++) if(out[k].data.u64==1) fds[1].revents=1;
    if (fds[1].revents) return 0;  // the faulting process has ended
    const ssize_t got = read(handler.uffd, messages, sizeof messages);
    for (ssize_t i = 0; i < got / (ssize_t)sizeof *messages; i++)
      if (messages[i].event == UFFD_EVENT_PAGEFAULT) answer_fault(&handler, &messages[i]);
    if (handler.later_count) answer_later_ones(&handler);
  }
  return 1;
}
