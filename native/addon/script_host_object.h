// The script's end of the shared memory as a JavaScript object; lives in a script's own process.
#pragma once
#include <napi.h>

#include <memory>
#include <vector>

#include "addon/uv_poll.h"
#include "engine/scripts/script_host.h"

namespace uffdscope {

class ScriptHostObject : public Napi::ObjectWrap<ScriptHostObject> {
 public:
  static void init(Napi::Env env, Napi::Object exports);
  explicit ScriptHostObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value start(const Napi::CallbackInfo& info);
  Napi::Value stop(const Napi::CallbackInfo& info);
  Napi::Value answer(const Napi::CallbackInfo& info);
  Napi::Value wish(const Napi::CallbackInfo& info);
  Napi::Value waits(const Napi::CallbackInfo& info);
  Napi::Value source(const Napi::CallbackInfo& info);
  Napi::Value draw(const Napi::CallbackInfo& info);
  static Napi::Value limit(const Napi::CallbackInfo& info);
  static void rang(uv_handle_s* handle, int status, int events);
  void work();

  ScriptHost host_;
  uv_handle_s* poll_ = nullptr;
  Napi::FunctionReference on_fault_;
  std::unique_ptr<Napi::AsyncContext> context_;
  std::vector<std::shared_ptr<Source>> sources_;
};

}  // namespace uffdscope
