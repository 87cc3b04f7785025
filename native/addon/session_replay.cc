// The decisions of a recording, for the engine.
#include "addon/convert.h"
#include "addon/session_object.h"

namespace uffdscope {

/// (ranges[], steps, bytes[]): `steps` are doubles, nine each: index of the range, offset, kind,
/// action (RuleAction), delay, index of the bytes or -1, offset where those begin, and where what
/// was answered begins and ends.
Napi::Value SessionObject::set_replay(const Napi::CallbackInfo& info) {
  auto names = info[0].As<Napi::Array>();
  auto steps = info[1].As<Napi::Float64Array>();
  auto bytes = info[2].As<Napi::Array>();
  std::vector<std::string> ranges;
  for (uint32_t i = 0; i < names.Length(); ++i) ranges.push_back(names.Get(i).ToString());
  auto table = std::make_shared<recording::ReplayTable>();
  constexpr size_t kFields = 9;
  for (size_t at = 0; at + kFields <= steps.ElementLength(); at += kFields) {
    const double* s = steps.Data() + at;
    recording::ReplayStep step{.kind = static_cast<Kind>(s[2]),
                               .action = static_cast<RuleAction>(s[3]),
                               .delay_ns = static_cast<int64_t>(s[4]),
                               .source = nullptr,
                               .from = static_cast<uint64_t>(s[7]),
                               .to = static_cast<uint64_t>(s[8])};
    if (s[5] >= 0) {
      auto b = bytes.Get(static_cast<uint32_t>(s[5])).As<Napi::Uint8Array>();
      step.source = recording::recorded_source(static_cast<uint64_t>(s[6]),
                                               {b.Data(), b.Data() + b.ByteLength()});
    }
    table->add(ranges.at(static_cast<size_t>(s[0])), static_cast<uint64_t>(s[1]), std::move(step));
  }
  state_->replay = table;
  engine().set_replay(std::move(table));
  return info.Env().Undefined();
}

/// {matched, diverged, first, why, pages, touched}, or null.
Napi::Value SessionObject::replay_state(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (!state_->replay) return env.Null();
  const auto& r = *state_->replay;
  auto o = Napi::Object::New(env);
  o.Set("matched", num(env, r.matched()));
  o.Set("diverged", num(env, r.diverged()));
  o.Set("first", num(env, r.first()));
  o.Set("why", num(env, uint64_t{static_cast<uint8_t>(r.why())}));
  o.Set("pages", num(env, r.pages()));
  o.Set("touched", num(env, r.touched()));
  return o;
}

}  // namespace uffdscope
