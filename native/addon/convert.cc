#include "addon/convert.h"

#include <fcntl.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "kernel/smaps.h"

namespace uffdscope {

Napi::Error to_error(Napi::Env env, const KernelError& e) {
  auto error = Napi::Error::New(env, std::string(e.call) + ": " + std::strerror(e.err));
  error.Set("call", Napi::String::New(env, e.call));
  error.Set("errno", Napi::Number::New(env, e.err));
  error.Set("done", Napi::Number::New(env, static_cast<double>(e.done)));
  return error;
}

Result<std::shared_ptr<Source>> to_source(const Napi::Value& v) {
  if (!v.IsObject()) return std::shared_ptr<Source>();
  auto o = v.As<Napi::Object>();
  std::string type = o.Get("type").ToString();
  if (type == "zero") return std::shared_ptr<Source>(zero_source());
  if (type == "pattern") {
    return std::shared_ptr<Source>(
        pattern_source(static_cast<uint8_t>(o.Get("byte").ToNumber().Uint32Value())));
  }
  if (type == "bytes") {
    auto bytes = o.Get("bytes").As<Napi::Uint8Array>();
    return std::shared_ptr<Source>(
        bytes_source(std::vector<uint8_t>(bytes.Data(), bytes.Data() + bytes.ByteLength())));
  }
  if (type != "file") return std::unexpected(KernelError{"source", EINVAL});
  std::string path = o.Get("path").ToString();
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return std::unexpected(KernelError{"open(source)", errno});
  auto base = static_cast<uint64_t>(o.Get("offset").ToNumber().Int64Value());
  return std::shared_ptr<Source>(file_source(std::move(fd), base));
}

Default to_default(const std::string& name) {
  if (name == "zero") return Default::zero;
  if (name == "source") return Default::source;
  if (name == "pass") return Default::pass;
  if (name == "wake") return Default::wake;
  if (name == "poison") return Default::poison;
  return Default::hold;
}

Action to_action(const std::string& name) {
  static constexpr std::pair<const char*, Action> kNames[] = {
      {"copy", Action::copy},          {"zero", Action::zero},
      {"continue", Action::continue_}, {"unprotect", Action::unprotect},
      {"poison", Action::poison},      {"wake", Action::wake},
      {"pass", Action::pass}};
  for (const auto& [n, a] : kNames) {
    if (name == n) return a;
  }
  return Action::none;
}

Napi::Object from_range(Napi::Env env, const RangeInfo& r) {
  auto o = Napi::Object::New(env);
  o.Set("id", num(env, uint64_t{r.id}));
  o.Set("pid", num(env, int64_t{r.pid}));
  o.Set("start", big(env, r.start));
  o.Set("end", big(env, r.end));
  o.Set("modes", num(env, r.modes));
  o.Set("pageSize", num(env, uint64_t{1} << r.page_shift));
  o.Set("shared", Napi::Boolean::New(env, r.shared));
  o.Set("prot", r.prot);
  o.Set("path", r.path);
  o.Set("name", r.name);
  o.Set("faults", num(env, r.counts->faults.load(std::memory_order_relaxed)));
  o.Set("held", num(env, r.counts->held.load(std::memory_order_relaxed)));
  return o;
}

std::vector<RangeInfo> read_ranges(pid_t pid, Result<void>& status) {
  UniqueFd proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  auto read = read_registered_ranges(proc.get(), std::to_string(pid));
  if (!read) {
    status = std::unexpected(read.error());
    return {};
  }
  std::vector<RangeInfo> ranges;
  for (auto& r : *read) {
    RangeInfo info;
    info.pid = pid;
    info.start = r.map.start;
    info.end = r.map.end;
    info.modes = r.modes;
    info.page_shift = r.page_size ? static_cast<uint32_t>(std::countr_zero(r.page_size)) : 12;
    info.shared = r.map.shared();
    info.prot = r.map.prot;
    info.path = r.map.path;
    ranges.push_back(std::move(info));
  }
  return ranges;
}

}  // namespace uffdscope
