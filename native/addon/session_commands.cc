// What JavaScript asks of a session: arm, hold, act, edit, let go.
#include <cerrno>

#include "addon/convert.h"
#include "addon/promise.h"
#include "addon/session_object.h"
#include "addon/signal_guard.h"
#include "engine/hold_filter.h"

namespace uffdscope {

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

/// ({what, action, source, delay, script}, seqs[]) -> Promise<{seq, ok, errno, message}[]>
Napi::Value SessionObject::act(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto o = info[0].As<Napi::Object>();
  ActRequest request;
  std::string what = o.Get("what").ToString();
  request.what = what == "delay"    ? ActRequest::What::delay
                 : what == "fixed"  ? ActRequest::What::fixed
                 : what == "script" ? ActRequest::What::script
                                    : ActRequest::What::answer;
  if (request.what == ActRequest::What::fixed)
    request.action = to_action(o.Get("action").ToString());
  if (o.Has("script"))
    request.script = static_cast<uint32_t>(o.Get("script").ToNumber().Int64Value());
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

Napi::Value SessionObject::redrive(const Napi::CallbackInfo& info) {
  engine().redrive();
  return info.Env().Undefined();
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

Napi::Value SessionObject::release(const Napi::CallbackInfo& info) {
  auto promise = std::make_shared<RemotePromise>(info.Env());
  Engine* left = info[0].ToBoolean() ? &engine() : nullptr;
  // Weak: the engine thread must not be the last to hold what ends it.
  std::weak_ptr<State> state = state_;
  engine().release(info[0].ToBoolean(), [promise, left, state](Released r) {
    if (left) forget_engine(left);
    promise->settle([r, left, state](Napi::Env e) -> Napi::Value {
      if (auto s = left ? state.lock() : nullptr) s->close();
      auto o = Napi::Object::New(e);
      o.Set("pages", num(e, r.pages));
      o.Set("children", num(e, uint64_t{r.children}));
      o.Set("stays", num(e, int64_t{r.stays}));
      o.Set("answer", num(e, r.answer.packed()));
      return o;
    });
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

}  // namespace uffdscope
