// The script processes of a session: what they are given, which are asked, what they have counted.
#include "addon/convert.h"
#include "addon/session_object.h"
#include "engine/hold_filter.h"
#include "engine/rules/draw.h"

namespace uffdscope {
namespace {

uint32_t number(const Napi::Value& v) { return static_cast<uint32_t>(v.ToNumber().Int64Value()); }

ScriptPort& port_of(SessionObject::State& state, const Napi::Value& handle) {
  auto it = state.scripts.find(number(handle));
  if (it == state.scripts.end()) throw Napi::Error::New(handle.Env(), "no such script process");
  return *it->second;
}

}  // namespace

/// (script number, name, seed) -> {handle, memory, asked, answered, uffd, journal}: descriptors for
/// the process to inherit, ours to close by scriptClose().
Napi::Value SessionObject::script_open(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto port =
      ScriptPort::make(number(info[0]), static_cast<uint64_t>(info[2].ToNumber().Int64Value()),
                       hash_text(info[1].ToString().Utf8Value()));
  if (!port) throw to_error(env, port.error());
  const uint32_t handle = state_->next_script++;
  auto o = Napi::Object::New(env);
  o.Set("handle", num(env, uint64_t{handle}));
  o.Set("memory", num(env, int64_t{(*port)->memory_fd()}));
  o.Set("asked", num(env, int64_t{(*port)->asked_fd()}));
  o.Set("answered", num(env, int64_t{(*port)->answered_fd()}));
  o.Set("uffd", num(env, int64_t{engine().uffd_fd()}));
  o.Set("journal", num(env, int64_t{engine().journal_fd()}));
  state_->scripts.emplace(handle, std::move(*port));
  return o;
}

/// (handle, pid): before it is asked for the first time.
Napi::Value SessionObject::script_process(const Napi::CallbackInfo& info) {
  auto known = port_of(*state_, info[0]).of_process(static_cast<pid_t>(number(info[1])));
  if (!known) throw to_error(info.Env(), known.error());
  return info.Env().Undefined();
}

/// ({handle, deadline, filter, asksFaults}[]) in the order they are asked.
Napi::Value SessionObject::set_scripts(const Napi::CallbackInfo& info) {
  std::vector<std::shared_ptr<ScriptPort>> ports;
  auto list = info[0].As<Napi::Array>();
  for (uint32_t i = 0; i < list.Length(); ++i) {
    auto o = list.Get(i).As<Napi::Object>();
    ScriptPort& port = port_of(*state_, o.Get("handle"));
    if (port.deadline_ns == 0) {  // the engine reads them from its first question on
      port.deadline_ns = o.Get("deadline").ToNumber().Int64Value();
      port.asks_faults = o.Get("asksFaults").ToBoolean();
      if (o.Get("filter").IsTypedArray()) {
        auto bytes = o.Get("filter").As<Napi::Uint8Array>();
        auto loaded = load_hold_filter({bytes.Data(), bytes.ByteLength()}, state_->began);
        if (!loaded) throw Napi::Error::New(info.Env(), loaded.error());
        port.filter = std::move(*loaded);
      }
    }
    ports.push_back(state_->scripts.at(number(o.Get("handle"))));
  }
  engine().set_scripts(std::move(ports));
  return info.Env().Undefined();
}

/// (handle) -> counts; `off`: index into OFF_REASONS of session/script/script-process.ts.
Napi::Value SessionObject::script_counts(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const auto& c = port_of(*state_, info[0]).counts;
  auto o = Napi::Object::New(env);
  o.Set("asked", num(env, c.asked.load()));
  o.Set("answered", num(env, c.answered.load()));
  o.Set("passedOn", num(env, c.passed_on.load()));
  o.Set("failed", num(env, c.failed.load()));
  o.Set("missed", num(env, c.missed.load()));
  o.Set("off", num(env, uint64_t{static_cast<uint8_t>(c.off.load())}));
  o.Set("parted", Napi::Boolean::New(env, c.parted.load()));
  return o;
}

/// (handle) -> the median from question to answer, ns; 0: it has answered nothing. Not for each
/// frame.
Napi::Value SessionObject::script_median(const Napi::CallbackInfo& info) {
  return num(info.Env(), port_of(*state_, info[0]).took.quantile(0.5));
}

Napi::Value SessionObject::script_close(const Napi::CallbackInfo& info) {
  state_->scripts.erase(number(info[0]));
  return info.Env().Undefined();
}

/// (script number, index of the text)
Napi::Value SessionObject::note_script(const Napi::CallbackInfo& info) {
  engine().note_script(number(info[0]), number(info[1]));
  return info.Env().Undefined();
}

}  // namespace uffdscope
