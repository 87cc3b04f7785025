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

namespace uffdscope {

void SessionObject::init(Napi::Env env, Napi::Object exports) {
  using S = SessionObject;
  exports.Set(
      "Session",
      DefineClass(
          env, "Session",
          {StaticMethod("attach", &S::attach), InstanceMethod("snapshot", &S::snapshot),
           InstanceMethod("quantiles", &S::quantiles), InstanceMethod("rings", &S::rings),
           InstanceMethod("ranges", &S::ranges), InstanceMethod("waiting", &S::waiting),
           InstanceMethod("arm", &S::arm), InstanceMethod("setHold", &S::set_hold),
           InstanceMethod("setSource", &S::set_source), InstanceMethod("act", &S::act),
           InstanceMethod("edit", &S::edit), InstanceMethod("preview", &S::preview),
           InstanceMethod("readPage", &S::read_page), InstanceMethod("pageMap", &S::page_map),
           InstanceMethod("refreshRanges", &S::refresh_ranges),
           InstanceMethod("release", &S::release),
           InstanceMethod("guardTerminal", &S::guard_terminal),
           InstanceMethod("ownerGone", &S::owner_gone), InstanceMethod("alive", &S::alive)}));
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
  set("held", c.held);
  set("delayed", c.delayed);
  set("oldestHeldAt", c.oldest_held_at);
  set("races", c.races);
  set("eagain", c.eagain);
  set("version", c.version);
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

Napi::Value SessionObject::arm(const Napi::CallbackInfo& info) {
  auto promise = std::make_shared<RemotePromise>(info.Env());
  engine().arm([promise](HandlerState h, KeeperRefusal why, int32_t pid) {
    promise->settle([=](Napi::Env env) -> Napi::Value {
      auto o = Napi::Object::New(env);
      o.Set("handler", num(env, uint64_t{static_cast<uint8_t>(h)}));
      o.Set("refusal", num(env, static_cast<uint64_t>(why)));
      o.Set("pid", num(env, int64_t{pid}));
      return o;
    });
  });
  return promise->promise();
}

/// (on, program | null)
Napi::Value SessionObject::set_hold(const Napi::CallbackInfo& info) {
  std::shared_ptr<FaultFilter> filter;
  if (info[1].IsTypedArray()) {
    auto bytes = info[1].As<Napi::Uint8Array>();
    auto loaded = load_hold_filter({bytes.Data(), bytes.ByteLength()}, state_->began);
    if (!loaded) throw Napi::Error::New(info.Env(), loaded.error());
    filter = std::move(*loaded);
  }
  engine().set_hold(info[0].ToBoolean(), std::move(filter));
  return info.Env().Undefined();
}

/// (default name, source | null)
Napi::Value SessionObject::set_source(const Napi::CallbackInfo& info) {
  auto source = to_source(info[1]);
  if (!source) throw to_error(info.Env(), source.error());
  Default fallback = to_default(info[0].ToString());
  engine().change_policy([fallback, source = *source](Policy& p) {
    p.fallback = fallback;
    p.source = source;
  });
  return info.Env().Undefined();
}

/// ({what, action, source, delay}, seqs[]) -> Promise<{seq, ok, errno, message}[]>
Napi::Value SessionObject::act(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto o = info[0].As<Napi::Object>();
  ActRequest request;
  std::string what = o.Get("what").ToString();
  request.what = what == "delay"   ? ActRequest::What::delay
                 : what == "fixed" ? ActRequest::What::fixed
                                   : ActRequest::What::answer;
  if (request.what == ActRequest::What::fixed)
    request.action = to_action(o.Get("action").ToString());
  if (o.Has("delay")) request.delay_ns = o.Get("delay").ToNumber().Int64Value();
  auto source = to_source(o.Get("source"));
  if (!source) throw to_error(env, source.error());
  request.source = *source;
  auto seqs = info[1].As<Napi::Array>();
  for (uint32_t i = 0; i < seqs.Length(); ++i) {
    request.seqs.push_back(static_cast<uint64_t>(seqs.Get(i).ToNumber().Int64Value()));
  }
  auto promise = std::make_shared<RemotePromise>(env);
  engine().act(std::move(request), [promise](std::vector<ActOutcome> outcomes) {
    promise->settle([outcomes = std::move(outcomes)](Napi::Env e) -> Napi::Value {
      auto list = Napi::Array::New(e, outcomes.size());
      for (uint32_t i = 0; i < outcomes.size(); ++i) {
        auto r = Napi::Object::New(e);
        r.Set("seq", num(e, outcomes[i].seq));
        r.Set("ok", Napi::Boolean::New(e, outcomes[i].ok));
        r.Set("errno", num(e, int64_t{outcomes[i].err}));
        r.Set("message", outcomes[i].message);
        list.Set(i, r);
      }
      return list;
    });
  });
  return promise->promise();
}

Napi::Value SessionObject::edit(const Napi::CallbackInfo& info) {
  std::vector<uint8_t> bytes;
  if (info[1].IsTypedArray()) {
    auto b = info[1].As<Napi::Uint8Array>();
    bytes.assign(b.Data(), b.Data() + b.ByteLength());
  }
  engine().edit(static_cast<uint64_t>(info[0].ToNumber().Int64Value()), std::move(bytes));
  return info.Env().Undefined();
}

/// (seq, page, length) -> Promise<Buffer | errno>
Napi::Value SessionObject::preview(const Napi::CallbackInfo& info) {
  FaultRecord f{};
  bool lossless;
  f.seq = static_cast<uint64_t>(info[0].ToNumber().Int64Value());
  f.page = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
  f.monitor = static_cast<uint16_t>(state_->monitor);
  auto bytes = std::make_shared<std::vector<uint8_t>>(info[2].ToNumber().Uint32Value());
  auto result = std::make_shared<Result<void>>();
  return PoolWork::run(
      info.Env(),
      [state = state_, f, bytes, result] { *result = state->engine->preview(f, *bytes); },
      [bytes, result](Napi::Env e) -> Napi::Value {
        if (!*result) return num(e, int64_t{result->error().err});
        return Napi::Buffer<uint8_t>::Copy(e, bytes->data(), bytes->size());
      });
}

/// (page, length) -> Promise<Buffer | {state, errno}>: reads only what pagemap says is there.
Napi::Value SessionObject::read_page(const Napi::CallbackInfo& info) {
  bool lossless;
  uint64_t page = info[0].As<Napi::BigInt>().Uint64Value(&lossless);
  auto bytes = std::make_shared<std::vector<uint8_t>>(info[1].ToNumber().Uint32Value());
  auto state = std::make_shared<int>(-1);
  auto err = std::make_shared<int>(0);
  pid_t pid = state_->target;
  return PoolWork::run(
      info.Env(),
      [pid, page, bytes, state, err] {
        auto map = Pagemap::open(pid);
        auto s = map ? map->state_of(page) : Result<PageState>(std::unexpected(map.error()));
        if (!s) {
          *err = s.error().err;
          return;
        }
        *state = static_cast<int>(*s);
        if (*s == PageState::missing || *s == PageState::poisoned) return;
        auto mem = MemReader::open(pid);
        auto n = mem ? mem->read(page, *bytes) : Result<size_t>(std::unexpected(mem.error()));
        if (!n) {
          *err = n.error().err;
        } else {
          bytes->resize(*n);
        }
      },
      [bytes, state, err](Napi::Env e) -> Napi::Value {
        auto o = Napi::Object::New(e);
        o.Set("state", num(e, int64_t{*state}));
        o.Set("errno", num(e, int64_t{*err}));
        bool known = *err == 0 && *state != static_cast<int>(PageState::missing) &&
                     *state != static_cast<int>(PageState::poisoned);
        o.Set("bytes",
              known ? Napi::Value(Napi::Buffer<uint8_t>::Copy(e, bytes->data(), bytes->size()))
                    : e.Null());
        return o;
      });
}

/// (start, end) -> Promise<Float64Array of [start, end, state, huge] | {errno}>
Napi::Value SessionObject::page_map(const Napi::CallbackInfo& info) {
  bool lossless;
  uint64_t start = info[0].As<Napi::BigInt>().Uint64Value(&lossless);
  uint64_t end = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
  auto result = std::make_shared<Result<std::vector<PageRun>>>();
  pid_t pid = state_->target;
  return PoolWork::run(
      info.Env(),
      [pid, start, end, result] {
        auto map = Pagemap::open(pid);
        *result = map ? map->scan(start, end)
                      : Result<std::vector<PageRun>>(std::unexpected(map.error()));
      },
      [result](Napi::Env e) -> Napi::Value {
        if (!*result) throw to_error(e, result->error());
        auto flat = Napi::Float64Array::New(e, (*result)->size() * 4);
        size_t i = 0;
        for (const PageRun& r : **result) {
          flat[i++] = static_cast<double>(r.start);
          flat[i++] = static_cast<double>(r.end);
          flat[i++] = static_cast<double>(r.state);
          flat[i++] = r.huge;
        }
        return flat;
      });
}

/// Reads smaps again off the JS thread; resolves to how many ns that took, so that the caller can
/// space it out.
Napi::Value SessionObject::refresh_ranges(const Napi::CallbackInfo& info) {
  auto took = std::make_shared<int64_t>(0);
  auto status = std::make_shared<Result<void>>();
  return PoolWork::run(
      info.Env(),
      [state = state_, took, status] {
        int64_t from = now_ns();
        auto ranges = read_ranges(state->target, *status);
        *took = now_ns() - from;
        if (*status) state->engine->set_ranges(state->monitor, std::move(ranges));
      },
      [took, status](Napi::Env e) -> Napi::Value {
        if (!*status) throw to_error(e, status->error());
        return num(e, *took);
      });
}

Napi::Value SessionObject::release(const Napi::CallbackInfo& info) {
  auto promise = std::make_shared<RemotePromise>(info.Env());
  Engine* left = info[0].ToBoolean() ? &engine() : nullptr;
  engine().release(info[0].ToBoolean(), [promise, left](Released r) {
    if (left) forget_engine(left);
    promise->settle([r](Napi::Env e) -> Napi::Value { return num(e, r.pages); });
  });
  return promise->promise();
}

Napi::Value SessionObject::guard_terminal(const Napi::CallbackInfo& info) {
  engine().set_terminal(info[0].ToNumber().Int32Value(), info[1].ToBoolean());
  return info.Env().Undefined();
}

Napi::Value SessionObject::owner_gone(const Napi::CallbackInfo& info) {
  engine().note_owner_gone(info[0].ToNumber().Int32Value(), info[1].ToBoolean());
  return info.Env().Undefined();
}

/// {target, holder}: does each still live? Asked several times a second, so it also tells that we
/// do.
Napi::Value SessionObject::alive(const Napi::CallbackInfo& info) {
  note_javascript_alive();
  auto o = Napi::Object::New(info.Env());
  o.Set("target", Napi::Boolean::New(info.Env(), !has_ended(state_->target_pidfd.get())));
  o.Set("holder", Napi::Boolean::New(info.Env(), !has_ended(state_->holder_pidfd.get())));
  o.Set("unread", num(info.Env(), engine().unread()));
  return o;
}

}  // namespace uffdscope
