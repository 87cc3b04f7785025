// One attachment as a JavaScript object. Methods are the engine's; state is read from its rings in
// place.
#pragma once
#include <napi.h>

#include <memory>

#include "engine/engine.h"
#include "engine/recording/recorder.h"

namespace uffdscope {

class SessionObject : public Napi::ObjectWrap<SessionObject> {
 public:
  static void init(Napi::Env env, Napi::Object exports);
  explicit SessionObject(const Napi::CallbackInfo& info);

  struct State {
    std::unique_ptr<Engine> engine;
    pid_t target = 0;
    uint32_t monitor = 0;
    int64_t began = now_ns();  // where a session's times count from
    uint64_t ino = 0, features = 0;
    bool nonblocking = true, initialized = true;
    UniqueFd target_pidfd, holder_pidfd;
    std::unordered_map<uint32_t, std::shared_ptr<RuleMemory>> rule_memories;  // by rule id
    std::map<uint32_t, std::shared_ptr<ScriptPort>> scripts;                  // by handle
    uint32_t next_script = 1;
    /// How the target ended, as wait(2) gives it; -1: it lives, or it is not known.
    int64_t exit_status() const;
    /// We left: what was last seen of target and holder stays, their descriptors do not.
    void close();
    bool target_ended = false, holder_ended = false;  // by close()
    int64_t ended_with = -1;
    std::shared_ptr<recording::ReplayTable> replay;  // null: none
    std::shared_ptr<recording::Recorder> recorder;   // null: off; ends before the engine
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State();
  };

 private:
  // session_scripts.cc
  Napi::Value script_open(const Napi::CallbackInfo& info);
  Napi::Value script_process(const Napi::CallbackInfo& info);
  Napi::Value set_scripts(const Napi::CallbackInfo& info);
  Napi::Value script_counts(const Napi::CallbackInfo& info);
  Napi::Value script_median(const Napi::CallbackInfo& info);
  Napi::Value script_close(const Napi::CallbackInfo& info);
  Napi::Value note_script(const Napi::CallbackInfo& info);

  static Napi::Value attach(const Napi::CallbackInfo& info);
  Napi::Value snapshot(const Napi::CallbackInfo& info);
  Napi::Value quantiles(const Napi::CallbackInfo& info);
  Napi::Value statistics(const Napi::CallbackInfo& info);
  Napi::Value rings(const Napi::CallbackInfo& info);
  Napi::Value ranges_version(const Napi::CallbackInfo& info);
  Napi::Value ranges(const Napi::CallbackInfo& info);
  Napi::Value waiting(const Napi::CallbackInfo& info);
  Napi::Value arm(const Napi::CallbackInfo& info);
  Napi::Value set_hold(const Napi::CallbackInfo& info);
  Napi::Value set_rules(const Napi::CallbackInfo& info);
  Napi::Value rule_counts(const Napi::CallbackInfo& info);
  Napi::Value set_source(const Napi::CallbackInfo& info);
  Napi::Value act(const Napi::CallbackInfo& info);
  Napi::Value redrive(const Napi::CallbackInfo& info);
  Napi::Value edit(const Napi::CallbackInfo& info);
  Napi::Value preview(const Napi::CallbackInfo& info);
  Napi::Value read_page(const Napi::CallbackInfo& info);
  Napi::Value page_map(const Napi::CallbackInfo& info);
  Napi::Value refresh_ranges(const Napi::CallbackInfo& info);
  Napi::Value release(const Napi::CallbackInfo& info);
  Napi::Value guard_terminal(const Napi::CallbackInfo& info);
  Napi::Value owner_gone(const Napi::CallbackInfo& info);
  Napi::Value exit_status(const Napi::CallbackInfo& info);
  Napi::Value alive(const Napi::CallbackInfo& info);
  Napi::Value start_recording(const Napi::CallbackInfo& info);
  Napi::Value note_recording(const Napi::CallbackInfo& info);
  Napi::Value stop_recording(const Napi::CallbackInfo& info);
  Napi::Value recording(const Napi::CallbackInfo& info);
  Napi::Value set_replay(const Napi::CallbackInfo& info);
  Napi::Value replay_state(const Napi::CallbackInfo& info);

  Engine& engine() { return *state_->engine; }
  std::shared_ptr<State> state_;
};

}  // namespace uffdscope
