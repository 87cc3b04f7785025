#include "addon/script_host_object.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "addon/convert.h"
#include "engine/rules/draw.h"

namespace uffdscope {
namespace {

/// Faults in a row before the loop gets its turn: timers and messages must not starve.
constexpr int kInARow = 64;

}  // namespace

void ScriptHostObject::init(Napi::Env env, Napi::Object exports) {
  using H = ScriptHostObject;
  exports.Set(
      "ScriptHost",
      DefineClass(env, "ScriptHost",
                  {StaticMethod("limit", &H::limit), InstanceMethod("start", &H::start),
                   InstanceMethod("stop", &H::stop), InstanceMethod("answer", &H::answer),
                   InstanceMethod("wish", &H::wish), InstanceMethod("waits", &H::waits),
                   InstanceMethod("source", &H::source), InstanceMethod("draw", &H::draw)}));
}

/// (memory, asked, answered, uffd, journal): descriptors, ours from now on.
ScriptHostObject::ScriptHostObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<ScriptHostObject>(info) {
  Napi::Env env = info.Env();
  auto fd = [&](size_t i) { return info[i].ToNumber().Int32Value(); };
  auto host = ScriptHost::open(fd(0), UniqueFd(fd(1)), UniqueFd(fd(2)), UniqueFd(fd(3)), fd(4));
  if (!host) throw to_error(env, host.error());
  host_ = std::move(*host);
  ScriptShare& share = host_.share();
  // Mapped for as long as this process lives.
  info.This().As<Napi::Object>().Set(
      "places", Napi::ArrayBuffer::New(env, share.places, sizeof share.places));
}

/// (onFault(place, offer)): called for each question.
Napi::Value ScriptHostObject::start(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  on_fault_ = Napi::Persistent(info[0].As<Napi::Function>());
  context_ = std::make_unique<Napi::AsyncContext>(env, "uffdscope-script");
  uv_loop_s* loop = nullptr;
  const char* name = uv_handle_type_name(kUvPoll);
  if (napi_get_uv_event_loop(env, &loop) != napi_ok || !name || std::strcmp(name, "poll") != 0)
    throw Napi::Error::New(env, "this Node's event loop is not libuv 1");
  poll_ = static_cast<uv_handle_s*>(std::calloc(1, uv_handle_size(kUvPoll)));
  if (!poll_ || uv_poll_init(loop, poll_, host_.bell()) != 0)
    throw Napi::Error::New(env, "uv_poll_init failed");
  *reinterpret_cast<void**>(poll_) = this;
  uv_poll_start(poll_, kUvReadable, rang);
  Ref();
  return env.Undefined();
}

Napi::Value ScriptHostObject::stop(const Napi::CallbackInfo& info) {
  if (poll_) {
    uv_close(std::exchange(poll_, nullptr), [](uv_handle_s* h) { std::free(h); });
    Unref();
  }
  return info.Env().Undefined();
}

void ScriptHostObject::rang(uv_handle_s* handle, int, int) {
  auto* self = *reinterpret_cast<ScriptHostObject**>(handle);
  self->work();
}

void ScriptHostObject::work() {
  Napi::Env env = Env();
  Napi::HandleScope scope(env);
  host_.hear_bell();
  int row = 0;
  do {
    uint32_t place;
    while (host_.take(place)) {
      Napi::HandleScope inner(env);
      host_.busy(true);
      on_fault_.MakeCallback(Value(),
                             {Napi::Number::New(env, place),
                              Napi::Number::New(env, static_cast<double>(host_.turn(place)))},
                             *context_);
      host_.busy(false);
      if (!poll_) return;
      if (++row < kInARow) continue;
      uint64_t one = 1;
      (void)!::write(host_.bell(), &one, sizeof one);
      return;
    }
  } while (!host_.sleep());
}

/// (place, offer, action, source: number | Uint8Array | undefined) -> ScriptAnswer
Napi::Value ScriptHostObject::answer(const Napi::CallbackInfo& info) {
  const uint32_t place = info[0].As<Napi::Number>().Uint32Value();
  const auto offer = static_cast<uint64_t>(info[1].As<Napi::Number>().Int64Value());
  const auto action = static_cast<Action>(info[2].As<Napi::Number>().Uint32Value());
  std::unique_ptr<Source> bytes;
  Source* source = nullptr;
  if (place >= kSlots) return num(info.Env(), uint64_t{1});
  if (info[3].IsNumber()) {
    const uint32_t n = info[3].As<Napi::Number>().Uint32Value();
    if (n < sources_.size()) source = sources_[n].get();
  } else if (info[3].IsTypedArray()) {
    auto b = info[3].As<Napi::Uint8Array>();
    bytes = bytes_source({b.Data(), b.Data() + b.ByteLength()});
    source = bytes.get();
  }
  if (action == Action::copy && !source)
    throw Napi::TypeError::New(info.Env(), "a copy needs a source");
  return num(info.Env(), static_cast<uint64_t>(host_.answer(place, offer, action, source)));
}

/// (place, offer, wish, delay in ns) -> ScriptAnswer
Napi::Value ScriptHostObject::wish(const Napi::CallbackInfo& info) {
  const uint32_t place = info[0].As<Napi::Number>().Uint32Value();
  if (place >= kSlots) return num(info.Env(), uint64_t{1});
  return num(info.Env(), static_cast<uint64_t>(host_.wish(
                             place, static_cast<uint64_t>(info[1].As<Napi::Number>().Int64Value()),
                             static_cast<ScriptWish>(info[2].As<Napi::Number>().Uint32Value()),
                             info[3].As<Napi::Number>().Int64Value())));
}

Napi::Value ScriptHostObject::waits(const Napi::CallbackInfo& info) {
  const uint32_t place = info[0].As<Napi::Number>().Uint32Value();
  const auto offer = static_cast<uint64_t>(info[1].As<Napi::Number>().Int64Value());
  return Napi::Boolean::New(info.Env(), place < kSlots && host_.waits(place, offer));
}

/// (source) -> its number, for answer()
Napi::Value ScriptHostObject::source(const Napi::CallbackInfo& info) {
  auto made = to_source(info[0]);
  if (!made) throw to_error(info.Env(), made.error());
  if (!*made) throw Napi::TypeError::New(info.Env(), "no source");
  sources_.push_back(*made);
  return num(info.Env(), uint64_t{sources_.size() - 1});
}

/// (hash of the range, page's number in it, hit, which draw) -> [0, 1), as rules draw
Napi::Value ScriptHostObject::draw(const Napi::CallbackInfo& info) {
  bool lossless;
  const uint64_t range = info[0].As<Napi::BigInt>().Uint64Value(&lossless);
  auto n = [&](size_t i) { return static_cast<uint64_t>(info[i].As<Napi::Number>().Int64Value()); };
  const ScriptShare& share = host_.share();
  Draws draws(share.seed, share.key, range, n(1), n(2));
  double drawn = 0;
  for (uint64_t i = 0; i <= n(3) && i < 1000; ++i) drawn = draws.share();
  return num(info.Env(), drawn);
}

/// (bytes): as much private memory, and no core file; dies with the process that started it.
Napi::Value ScriptHostObject::limit(const Napi::CallbackInfo& info) {
  const auto bytes = static_cast<rlim_t>(info[0].ToNumber().Int64Value());
  const rlimit data{bytes, bytes}, core{0, 0};
  (void)::setrlimit(RLIMIT_DATA, &data);
  (void)::setrlimit(RLIMIT_CORE, &core);
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return Napi::Boolean::New(info.Env(), ::getppid() != 1);
}

}  // namespace uffdscope
