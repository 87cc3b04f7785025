// Attaching: fetch the descriptor, look at it, read the ranges, start engine and keeper. Off the JS
// thread.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "addon/convert.h"
#include "addon/promise.h"
#include "addon/session_object.h"
#include "addon/signal_guard.h"
#include "kernel/fdinfo.h"
#include "kernel/pidfd.h"

namespace uffdscope {
namespace {

struct Wanted {
  pid_t target = 0, holder = 0;
  int fd = -1;
  std::string keeper;
  Policy policy;
  size_t faults_log2 = 20, log_log2 = 18;
};

std::string small_file(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char text[1024];
  ssize_t n = fd ? ::read(fd.get(), text, sizeof text) : -1;
  return n > 0 ? std::string(text, static_cast<size_t>(n)) : std::string();
}

bool is_userfaultfd(int fd) {
  char link[64] = {};
  std::string path = "/proc/self/fd/" + std::to_string(fd);
  return ::readlink(path.c_str(), link, sizeof link - 1) > 0 &&
         std::strcmp(link, "anon_inode:[userfaultfd]") == 0;
}

Result<std::shared_ptr<SessionObject::State>> take_part(Wanted& w) {
  auto state = std::make_shared<SessionObject::State>();
  state->target = w.target;
  auto target = pidfd_open(w.target);
  if (!target) return std::unexpected(target.error());
  auto holder = pidfd_open(w.holder);
  if (!holder) return std::unexpected(holder.error());
  auto uffd = pidfd_getfd(holder->get(), w.fd);
  if (!uffd) return std::unexpected(uffd.error());
  if (!is_userfaultfd(uffd->get())) return std::unexpected(KernelError{"userfaultfd", EBADF});
  auto info = parse_uffd_fdinfo(small_file("/proc/self/fdinfo/" + std::to_string(uffd->get())));
  if (!info) return std::unexpected(KernelError{"fdinfo", EBADF});
  if (!info->initialized) return std::unexpected(KernelError{"UFFDIO_API", ENODATA});
  state->ino = info->ino;
  state->features = info->features;
  state->nonblocking = info->nonblocking();
  state->target_pidfd = std::move(*target);
  state->holder_pidfd = std::move(*holder);

  Result<void> status;
  auto ranges = read_ranges(w.target, status);
  if (!status) return std::unexpected(status.error());
  state->engine =
      std::make_unique<Engine>(w.keeper, std::move(w.policy), w.faults_log2, w.log_log2);
  if (auto started = state->engine->start(); !started) return std::unexpected(started.error());
  auto added = state->engine->add_monitor(std::move(*uffd), w.target, state->ino, state->features,
                                          state->nonblocking, std::move(ranges));
  if (!added) return std::unexpected(added.error());
  state->monitor = *added;
  guard_engine(state->engine.get());
  return state;
}

}  // namespace

SessionObject::State::~State() { forget_engine(engine.get()); }

Napi::Value SessionObject::attach(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto o = info[0].As<Napi::Object>();
  auto number = [&](const char* key) { return o.Get(key).ToNumber().Int64Value(); };
  auto wanted = std::make_shared<Wanted>();
  wanted->target = static_cast<pid_t>(number("target"));
  wanted->holder = static_cast<pid_t>(number("holder"));
  wanted->fd = static_cast<int>(number("fd"));
  wanted->keeper = o.Get("keeper").ToString();
  wanted->faults_log2 = static_cast<size_t>(number("faultsLog2"));
  wanted->log_log2 = static_cast<size_t>(number("logLog2"));
  Policy& p = wanted->policy;
  p.fallback = to_default(o.Get("fallback").ToString());
  p.max_hold_ns = number("maxHold");
  p.granularity = static_cast<uint64_t>(number("granularity"));
  p.own_events = o.Get("ownEvents").ToBoolean();
  p.compete = o.Get("compete").ToBoolean();
  p.forgotten = o.Get("redrive").ToBoolean();
  p.named = o.Get("armed").ToBoolean();
  auto source = to_source(o.Get("source"));
  if (!source) throw to_error(env, source.error());
  p.source = *source;

  auto constructor =
      std::make_shared<Napi::FunctionReference>(Napi::Persistent(info.This().As<Napi::Function>()));
  auto result = std::make_shared<Result<std::shared_ptr<State>>>();
  return PoolWork::run(
      env, [wanted, result] { *result = take_part(*wanted); },
      [result, constructor](Napi::Env e) -> Napi::Value {
        if (!*result) throw to_error(e, result->error());
        return constructor->New({Napi::External<std::shared_ptr<State>>::New(e, &**result)});
      });
}

}  // namespace uffdscope
