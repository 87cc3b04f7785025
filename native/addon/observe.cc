#include "addon/observe.h"

#include <fcntl.h>
#include <poll.h>

#include <memory>

#include "addon/promise.h"
#include "kernel/abi.h"
#include "kernel/probe.h"
#include "kernel/process_list.h"
#include "kernel/scan.h"

namespace uffdscope {

namespace {

/// Runs `work` on the thread pool and turns what it gives into a value on the JS thread.
template <class Work, class Convert>
Napi::Value later(Napi::Env env, Work work, Convert convert) {
  using T = decltype(work());
  auto result = std::make_shared<T>();
  return PoolWork::run(
      env, [work, result] { *result = work(); },
      [convert, result](Napi::Env e) -> Napi::Value { return convert(e, *result); });
}

template <class T>
Napi::Array array_of(Napi::Env env, const std::vector<T>& items, auto convert) {
  auto array = Napi::Array::New(env, items.size());
  for (uint32_t i = 0; i < items.size(); i++) array.Set(i, convert(env, items[i]));
  return array;
}

Napi::Value number(Napi::Env env, uint64_t value) {
  return Napi::Number::New(env, static_cast<double>(value));
}

Napi::Value from_held(Napi::Env env, const HeldUffd& held) {
  auto object = Napi::Object::New(env);
  object.Set("pid", held.pid);
  object.Set("fd", held.fd);
  object.Set("ino", number(env, held.info.ino));
  object.Set("nonblocking", held.info.nonblocking());
  object.Set("initialized", held.info.initialized);
  object.Set("features", Napi::BigInt::New(env, held.info.features));
  object.Set("pending", number(env, held.info.pending));
  object.Set("total", number(env, held.info.total));
  object.Set("steady", held.steady);
  return object;
}

Napi::Value from_range(Napi::Env env, const RegisteredRange& range) {
  auto object = Napi::Object::New(env);
  object.Set("start", Napi::BigInt::New(env, range.map.start));
  object.Set("end", Napi::BigInt::New(env, range.map.end));
  object.Set("modes", number(env, range.modes));
  object.Set("prot", range.map.prot);
  object.Set("path", range.map.path);
  object.Set("pageSize", number(env, range.page_size));
  return object;
}

Napi::Value from_process(Napi::Env env, const ScannedProcess& process) {
  auto object = Napi::Object::New(env);
  object.Set("pid", process.stat.pid);
  object.Set("ppid", process.stat.ppid);
  object.Set("comm", process.stat.comm);
  object.Set("memory", process.memory);
  object.Set("freeThreads", process.free_threads);
  object.Set("rangesKnown", process.ranges_known);
  object.Set("ranges", array_of(env, process.ranges, from_range));
  return object;
}

const char* event_name(EventKind kind) {
  switch (kind) {
    case EventKind::fork:
      return "fork";
    case EventKind::remove:
      return "remove";
    case EventKind::unmap:
      return "unmap";
    case EventKind::unknown:
      return "unknown";
  }
  return "unknown";
}

Napi::Value from_waiting(Napi::Env env, const WaitingThread& thread) {
  auto object = Napi::Object::New(env);
  object.Set("pid", thread.pid);
  object.Set("tid", thread.tid);
  object.Set("comm", thread.comm);
  bool event = thread.wait == UffdWait::event;
  object.Set("event", event ? Napi::String::New(env, event_name(thread.event)).As<Napi::Value>()
                            : env.Null());
  object.Set("fromUser",
             thread.from_user ? Napi::Boolean::New(env, *thread.from_user) : env.Null());
  return object;
}

Napi::Value from_reading(Napi::Env env, const ReadingThread& thread) {
  auto object = Napi::Object::New(env);
  object.Set("pid", thread.pid);
  object.Set("tid", thread.tid);
  object.Set("fd", thread.fd);
  return object;
}

Napi::Value from_scan(Napi::Env env, const ScanResult& scan) {
  auto object = Napi::Object::New(env);
  object.Set("held", array_of(env, scan.held, from_held));
  object.Set("processes", array_of(env, scan.processes, from_process));
  object.Set("waiting", array_of(env, scan.waiting, from_waiting));
  object.Set("reading", array_of(env, scan.reading, from_reading));
  object.Set("lookedAt", scan.looked_at);
  object.Set("refused", scan.refused);
  object.Set("halfRefused", scan.half_refused);
  return object;
}

Napi::Value from_row(Napi::Env env, const ProcessRow& row) {
  auto object = Napi::Object::New(env);
  object.Set("pid", row.stat.pid);
  object.Set("ppid", row.stat.ppid);
  object.Set("comm", row.stat.comm);
  object.Set("cmdline", row.cmdline);
  object.Set("state", std::string(1, row.stat.state));
  object.Set("threads", number(env, static_cast<uint64_t>(row.stat.threads)));
  object.Set("kernelThread", row.stat.kernel_thread());
  object.Set("tgid", row.status.tgid);
  object.Set("tracer", row.status.tracer);
  object.Set("uid", static_cast<double>(row.status.uid[0]));
  object.Set("attachErrno", row.attach_errno);
  return object;
}

Napi::Value from_probe(Napi::Env env, const Probe& probe) {
  auto object = Napi::Object::New(env);
  object.Set("uffd", probe.uffd_errno);
  object.Set("uffdUserOnly", probe.uffd_user_only_errno);
  object.Set("device", probe.device_errno);
  object.Set("api", probe.api_errno);
  object.Set("features", Napi::BigInt::New(env, probe.features));
  object.Set("pagemapScan", probe.pagemap_scan_errno);
  object.Set("pidfdGetfd", probe.pidfd_getfd_errno);
  object.Set("processMadvise", probe.process_madvise_errno);
  object.Set("kcmp", probe.kcmp_errno);
  object.Set("perfUser", probe.perf_user_errno);
  object.Set("perfKernel", probe.perf_kernel_errno);
  object.Set("btf", probe.btf_errno);
  object.Set("bpfIterator", probe.bpf_iter_errno);
  return object;
}

UniqueFd open_proc() { return UniqueFd(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

Napi::Value scan(const Napi::CallbackInfo& info) {
  ScanOptions options;
  options.all_memories = info.Length() > 0 && info[0].ToBoolean();
  return later(
      info.Env(), [options] { return scan_machine(options); }, from_scan);
}

Napi::Value list_rows(const Napi::CallbackInfo& info) {
  return later(
      info.Env(), [] { return list_processes(open_proc().get()); },
      [](Napi::Env env, const auto& rows) -> Napi::Value { return array_of(env, rows, from_row); });
}

Napi::Value look_at(const Napi::CallbackInfo& info) {
  int pid = info[0].ToNumber().Int32Value();
  return later(
      info.Env(), [pid] { return look_at_row(open_proc().get(), pid); },
      [](Napi::Env env, const auto& row) { return row ? from_row(env, *row) : env.Null(); });
}

Napi::Value probe(const Napi::CallbackInfo& info) {
  return later(info.Env(), probe_kernel, from_probe);
}

Napi::Value features(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto array = Napi::Array::New(env);
  for (auto& feature : abi::kFeatures) {
    auto object = Napi::Object::New(env);
    object.Set("bit", Napi::BigInt::New(env, feature.bit));
    object.Set("name", feature.name);
    object.Set("since", feature.since);
    array.Set(array.Length(), object);
  }
  return array;
}

// What is written meets nobody: POLLERR of a pipe, POLLHUP of a socket or terminal.
Napi::Value reader_gone(const Napi::CallbackInfo& info) {
  pollfd end{info[0].ToNumber().Int32Value(), 0, 0};
  bool gone = ::poll(&end, 1, 0) == 1 && (end.revents & (POLLERR | POLLHUP)) != 0;
  return Napi::Boolean::New(info.Env(), gone);
}

}  // namespace

void init_observe(Napi::Env env, Napi::Object exports) {
  exports.Set("scan", Napi::Function::New(env, scan, "scan"));
  exports.Set("listProcesses", Napi::Function::New(env, list_rows, "listProcesses"));
  exports.Set("lookAt", Napi::Function::New(env, look_at, "lookAt"));
  exports.Set("probe", Napi::Function::New(env, probe, "probe"));
  exports.Set("readerGone", Napi::Function::New(env, reader_gone, "readerGone"));
  exports.Set("features", Napi::Function::New(env, features, "features"));
}

}  // namespace uffdscope
