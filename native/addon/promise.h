// A JavaScript promise that a native thread settles: work off the JS thread, or a call back from
// the engine.
#pragma once
#include <napi.h>

#include <functional>
#include <memory>
#include <utility>

namespace uffdscope {

/// Settled once, from any thread, by a function that makes the value on the JS thread.
class RemotePromise {
 public:
  using Make = std::function<Napi::Value(Napi::Env)>;

  explicit RemotePromise(Napi::Env env)
      : deferred_(Napi::Promise::Deferred::New(env)),
        call_(Napi::ThreadSafeFunction::New(
            env, Napi::Function::New(env, [](const Napi::CallbackInfo&) {}), "uffdscope", 0, 1)) {}
  Napi::Promise promise() const { return deferred_.Promise(); }
  /// `make` may throw a Napi::Error: then the promise is rejected with it.
  void settle(Make make) {
    auto deferred = deferred_;
    call_.NonBlockingCall([deferred, make = std::move(make)](Napi::Env env, Napi::Function) {
      Napi::HandleScope scope(env);
      try {
        deferred.Resolve(make(env));
      } catch (const Napi::Error& e) {
        deferred.Reject(e.Value());
      }
    });
    call_.Release();
  }

 private:
  Napi::Promise::Deferred deferred_;
  Napi::ThreadSafeFunction call_;
};

/// Runs `work` on the thread pool, then `make` on the JS thread.
class PoolWork final : public Napi::AsyncWorker {
 public:
  static Napi::Promise run(Napi::Env env, std::function<void()> work,
                           std::function<Napi::Value(Napi::Env)> make) {
    auto* w = new PoolWork(env, std::move(work), std::move(make));
    auto promise = w->deferred_.Promise();
    w->Queue();
    return promise;
  }
  void Execute() override { work_(); }
  void OnOK() override {
    Napi::HandleScope scope(Env());
    try {
      deferred_.Resolve(make_(Env()));
    } catch (const Napi::Error& e) {
      deferred_.Reject(e.Value());
    }
  }

 private:
  PoolWork(Napi::Env env, std::function<void()> work, std::function<Napi::Value(Napi::Env)> make)
      : Napi::AsyncWorker(env),
        deferred_(Napi::Promise::Deferred::New(env)),
        work_(std::move(work)),
        make_(std::move(make)) {}
  Napi::Promise::Deferred deferred_;
  std::function<void()> work_;
  std::function<Napi::Value(Napi::Env)> make_;
};

}  // namespace uffdscope
