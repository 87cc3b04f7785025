#include "addon/session_object.h"

#include <fcntl.h>

#include <cerrno>

#include "addon/convert.h"
#include "addon/promise.h"
#include "addon/signal_guard.h"
#include "engine/hold_filter.h"
#include "kernel/mem_read.h"
#include "kernel/pagemap.h"
#include "kernel/pidfd.h"
#include "kernel/proc_threads.h"
#include "kernel/procfs.h"

namespace uffdscope {

void SessionObject::init(Napi::Env env, Napi::Object exports) {
  using S = SessionObject;
  exports.Set("Session", DefineClass(env, "Session",
                                     {StaticMethod("attach", &S::attach),
                                      InstanceMethod("snapshot", &S::snapshot),
                                      InstanceMethod("quantiles", &S::quantiles),
                                      InstanceMethod("statistics", &S::statistics),
                                      InstanceMethod("rings", &S::rings),
                                      InstanceMethod("ranges", &S::ranges),
                                      InstanceMethod("rangesVersion", &S::ranges_version),
                                      InstanceMethod("waiting", &S::waiting),
                                      InstanceMethod("arm", &S::arm),
                                      InstanceMethod("setHold", &S::set_hold),
                                      InstanceMethod("setSource", &S::set_source),
                                      InstanceMethod("setRules", &S::set_rules),
                                      InstanceMethod("ruleCounts", &S::rule_counts),
                                      InstanceMethod("scriptOpen", &S::script_open),
                                      InstanceMethod("scriptProcess", &S::script_process),
                                      InstanceMethod("setScripts", &S::set_scripts),
                                      InstanceMethod("scriptCounts", &S::script_counts),
                                      InstanceMethod("scriptMedian", &S::script_median),
                                      InstanceMethod("scriptClose", &S::script_close),
                                      InstanceMethod("noteScript", &S::note_script),
                                      InstanceMethod("act", &S::act),
                                      InstanceMethod("edit", &S::edit),
                                      InstanceMethod("redrive", &S::redrive),
                                      InstanceMethod("preview", &S::preview),
                                      InstanceMethod("readPage", &S::read_page),
                                      InstanceMethod("pageMap", &S::page_map),
                                      InstanceMethod("refreshRanges", &S::refresh_ranges),
                                      InstanceMethod("release", &S::release),
                                      InstanceMethod("guardTerminal", &S::guard_terminal),
                                      InstanceMethod("ownerGone", &S::owner_gone),
                                      InstanceMethod("exitStatus", &S::exit_status),
                                      InstanceMethod("alive", &S::alive),
                                      InstanceMethod("startRecording", &S::start_recording),
                                      InstanceMethod("noteRecording", &S::note_recording),
                                      InstanceMethod("stopRecording", &S::stop_recording),
                                      InstanceMethod("setReplay", &S::set_replay),
                                      InstanceMethod("replayState", &S::replay_state),
                                      InstanceMethod("recording", &S::recording)}));
}

SessionObject::SessionObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<SessionObject>(info) {
  if (info.Length() != 1 || !info[0].IsExternal()) {
    throw Napi::TypeError::New(info.Env(), "Session.attach() makes sessions");
  }
  state_ = *info[0].As<Napi::External<std::shared_ptr<State>>>().Data();
  auto self = info.This().As<Napi::Object>();
  Napi::Env env = info.Env();
  self.Set("ino", num(env, state_->ino));
  self.Set("features", num(env, state_->features));
  self.Set("began", num(env, state_->began));
  self.Set("nonblocking", Napi::Boolean::New(env, state_->nonblocking));
  self.Set("keeperPid", num(env, int64_t{engine().keeper_pid()}));
}

Napi::Value SessionObject::snapshot(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const Counters& c = engine().counters();
  auto o = Napi::Object::New(env);
  auto set = [&](const char* key, const auto& a) {
    o.Set(key, num(env, static_cast<double>(a.load(std::memory_order_relaxed))));
  };
  o.Set("now", num(env, now_ns()));
  set("stance", c.stance);
  set("handler", c.handler);
  set("notice", c.notice);
  set("refusal", c.refusal);
  set("refusedBy", c.refused_by);
  set("holdOn", c.hold_on);
  set("targetGone", c.target_gone);
  set("faults", c.faults);
  set("resolved", c.resolved);
  set("failed", c.failed);
  set("handedBack", c.handed_back);
  set("ended", c.ended);
  set("held", c.held);
  set("delayed", c.delayed);
  set("scripted", c.scripted);
  set("oldestHeldAt", c.oldest_held_at);
  set("races", c.races);
  set("eagain", c.eagain);
  set("version", c.version);
  set("rangesVersion", c.ranges_version);
  o.Set("lastFault", num(env, engine().faults().ring().last()));
  o.Set("lastLog", num(env, engine().log().ring().last()));
  o.Set("lastEvent", num(env, engine().events().ring().last()));
  auto by_action = Napi::Array::New(env);
  for (uint32_t i = 0; i < c.by_action.size(); ++i) {
    by_action.Set(i, num(env, c.by_action[i].load(std::memory_order_relaxed)));
  }
  o.Set("byAction", by_action);
  return o;
}

Napi::Value SessionObject::quantiles(const Napi::CallbackInfo& info) {
  const Histogram& h = engine().latency();
  auto wanted = info[0].As<Napi::Array>();
  auto o = Napi::Array::New(info.Env());
  for (uint32_t i = 0; i < wanted.Length(); ++i) {
    o.Set(i, num(info.Env(), h.quantile(wanted.Get(i).ToNumber().DoubleValue())));
  }
  return o;
}

/// The rings as ArrayBuffers over the engine's own memory, kept alive by them.
Napi::Value SessionObject::rings(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto buffer = [&](void* data, size_t bytes) {
    auto* keep = new std::shared_ptr<State>(state_);
    return Napi::ArrayBuffer::New(
        env, data, bytes, [](Napi::Env, void*, std::shared_ptr<State>* k) { delete k; }, keep);
  };
  auto& faults = engine().faults().ring();
  auto& log = engine().log().ring();
  auto o = Napi::Object::New(env);
  o.Set("faults", buffer(faults.data(), faults.bytes()));
  o.Set("faultSize", num(env, uint64_t{sizeof(FaultRecord)}));
  o.Set("log", buffer(log.data(), log.bytes()));
  auto& events = engine().events().ring();
  o.Set("events", buffer(events.data(), events.bytes()));
  o.Set("logSize", num(env, uint64_t{sizeof(LogRecord)}));
  return o;
}

Napi::Value SessionObject::ranges_version(const Napi::CallbackInfo& info) {
  return num(info.Env(), engine().counters().ranges_version.load(std::memory_order_relaxed));
}

Napi::Value SessionObject::ranges(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  uint64_t version = 0;
  auto all = engine().ranges(state_->monitor, version);
  auto list = Napi::Array::New(env, all.size());
  for (uint32_t i = 0; i < all.size(); ++i) list.Set(i, from_range(env, all[i]));
  list.Set("version", num(env, version));
  return list;
}

/// Waiting faults as one Buffer of FaultRecords, oldest first: they outlive the ring.
Napi::Value SessionObject::waiting(const Napi::CallbackInfo& info) {
  auto all = engine().waiting();
  auto buffer = Napi::ArrayBuffer::New(info.Env(), all.size() * sizeof(FaultRecord));
  auto* to = static_cast<FaultRecord*>(buffer.Data());
  for (const auto& w : all) *to++ = w.record;
  return buffer;
}

int64_t SessionObject::State::exit_status() const {
  const int pidfd = target_pidfd.get();
  if (pidfd < 0) return ended_with;
  if (auto status = wait_status(pidfd)) return *status;
  auto stat = read_stat(proc_dir(), std::to_string(target));
  // Not waited for yet, so the number is still its own.
  if (stat && stat->dead() && has_ended(pidfd)) return stat->exit_code;
  auto status = wait_status(pidfd);  // it was, between the two looks
  return status ? *status : -1;
}

void SessionObject::State::close() {
  if (!target_pidfd) return;
  ended_with = exit_status();
  target_ended = has_ended(target_pidfd.get());
  holder_ended = has_ended(holder_pidfd.get());
  target_pidfd.reset();
  holder_pidfd.reset();
}

Napi::Value SessionObject::exit_status(const Napi::CallbackInfo& info) {
  return num(info.Env(), state_->exit_status());
}

/// {target, holder}: does each still live? Asked several times a second, so it also tells that we
/// do.
Napi::Value SessionObject::alive(const Napi::CallbackInfo& info) {
  note_javascript_alive();
  engine().look_for_end();
  auto o = Napi::Object::New(info.Env());
  const bool left = !state_->target_pidfd;
  auto lives = [&](bool ended_by_then, const UniqueFd& pidfd) {
    return Napi::Boolean::New(info.Env(), left ? !ended_by_then : !has_ended(pidfd.get()));
  };
  o.Set("target", lives(state_->target_ended, state_->target_pidfd));
  o.Set("holder", lives(state_->holder_ended, state_->holder_pidfd));
  o.Set("unread", num(info.Env(), engine().unread()));
  o.Set("read", num(info.Env(), engine().read_and_waiting()));
  return o;
}

}  // namespace uffdscope
