// The recorder of a session: on, off, and what it has written.
#include "addon/convert.h"
#include "addon/promise.h"
#include "addon/session_object.h"

namespace uffdscope {

/// ({path, header, maxBytes, pages}); throws with call and errno.
Napi::Value SessionObject::start_recording(const Napi::CallbackInfo& info) {
  auto o = info[0].As<Napi::Object>();
  recording::RecorderOptions options;
  options.file.path = o.Get("path").ToString();
  options.file.max_bytes = static_cast<uint64_t>(o.Get("maxBytes").ToNumber().Int64Value());
  options.file.began = state_->began;
  options.header = o.Get("header").ToString();
  options.pages = o.Get("pages").ToBoolean();
  options.monitor = state_->monitor;
  auto started = recording::Recorder::start(engine(), std::move(options));
  if (!started) throw to_error(info.Env(), started.error());
  state_->recorder = std::move(*started);
  return info.Env().Undefined();
}

/// (json)
Napi::Value SessionObject::note_recording(const Napi::CallbackInfo& info) {
  if (state_->recorder) state_->recorder->note(info[0].ToString());
  return info.Env().Undefined();
}

static Napi::Value from_recorder(Napi::Env env, const recording::Recorder& r) {
  auto o = Napi::Object::New(env);
  o.Set("bytes", num(env, r.bytes()));
  o.Set("faults", num(env, r.faults()));
  o.Set("lost", num(env, r.lost()));
  o.Set("dropped", num(env, r.dropped()));
  o.Set("files", num(env, uint64_t{r.files()}));
  o.Set("errno", num(env, int64_t{r.error()}));
  return o;
}

/// (json) -> Promise of what was written; null where nothing was recorded.
Napi::Value SessionObject::stop_recording(const Napi::CallbackInfo& info) {
  // Kept by the work alone: once this has been called, nothing is recorded any more.
  auto recorder = std::exchange(state_->recorder, nullptr);
  std::string trailer = info[0].ToString();
  return PoolWork::run(
      info.Env(),
      [recorder, trailer, state = state_] {
        if (recorder) recorder->finish(trailer);
      },
      [recorder](Napi::Env env) -> Napi::Value {
        if (!recorder) return env.Null();
        return from_recorder(env, *recorder);
      });
}

/// What was written so far, or null.
Napi::Value SessionObject::recording(const Napi::CallbackInfo& info) {
  if (!state_->recorder) return info.Env().Null();
  return from_recorder(info.Env(), *state_->recorder);
}

}  // namespace uffdscope
