// What was counted, for summaries and metrics.
#include "addon/convert.h"
#include "addon/promise.h"
#include "addon/session_object.h"

namespace uffdscope {
namespace {

/// Bounds are ns, ascending; `buckets[i]` counts what took at most bounds[i].
Napi::Object from_histogram(Napi::Env env, const Histogram& h,
                            const std::vector<uint64_t>& bounds) {
  auto o = Napi::Object::New(env);
  o.Set("count", num(env, h.count()));
  o.Set("sum", num(env, h.sum()));
  o.Set("p50", num(env, h.quantile(0.5)));
  o.Set("p90", num(env, h.quantile(0.9)));
  o.Set("p99", num(env, h.quantile(0.99)));
  o.Set("p999", num(env, h.quantile(0.999)));
  o.Set("max", num(env, h.max()));
  auto buckets = Napi::Array::New(env, bounds.size());
  for (uint32_t i = 0; i < bounds.size(); ++i) buckets.Set(i, num(env, h.at_most(bounds[i])));
  o.Set("buckets", buckets);
  return o;
}

void set_counters(Napi::Object& o, const Statistics& s, const std::vector<uint64_t>& bounds) {
  Napi::Env env = o.Env();
  auto faults = Napi::Array::New(env);
  for (size_t kind = 0; kind < Statistics::kKinds; ++kind)
    for (size_t access = 0; access < Statistics::kAccesses; ++access)
      faults.Set(faults.Length(), num(env, s.faults(kind, access)));
  o.Set("faults", faults);
  auto answers = Napi::Array::New(env);
  for (size_t action = 0; action < Statistics::kActions; ++action)
    for (size_t by = 0; by < Statistics::kBys; ++by)
      answers.Set(answers.Length(), num(env, s.answers(action, by)));
  o.Set("answers", answers);
  auto latencies = Napi::Array::New(env);
  for (size_t kind = 0; kind < Statistics::kKinds; ++kind) {
    for (size_t action = 0; action < Statistics::kActions; ++action) {
      const Histogram* h = s.latency(kind, action);
      if (!h) continue;
      auto one = from_histogram(env, *h, bounds);
      one.Set("kind", num(env, uint64_t{kind}));
      one.Set("action", num(env, uint64_t{action}));
      latencies.Set(latencies.Length(), one);
    }
  }
  o.Set("latencies", latencies);
}

void set_busiest(Napi::Object& o, const Engine::Busiest& busiest) {
  Napi::Env env = o.Env();
  auto pages = Napi::Array::New(env);
  for (const auto& p : busiest.pages) {
    auto one = Napi::Object::New(env);
    one.Set("page", num(env, p.page));
    one.Set("faults", num(env, uint64_t{p.hits}));
    pages.Set(pages.Length(), one);
  }
  o.Set("pages", pages);
  o.Set("pageCount", num(env, busiest.page_count));
  auto threads = Napi::Array::New(env);
  for (const auto& t : busiest.threads) {
    auto one = Napi::Object::New(env);
    one.Set("pid", num(env, uint64_t{t.pid}));
    one.Set("tid", num(env, uint64_t{t.tid}));
    one.Set("faults", num(env, t.faults));
    one.Set("answered", num(env, t.answered));
    one.Set("waited", num(env, t.waited_ns));
    one.Set("longest", num(env, t.longest_ns));
    threads.Set(threads.Length(), one);
  }
  o.Set("threads", threads);
  o.Set("threadCount", num(env, busiest.thread_count));
}

}  // namespace

/// (top, bounds[]): Promise of counters, and of the busiest pages and threads.
Napi::Value SessionObject::statistics(const Napi::CallbackInfo& info) {
  const size_t top = info[0].ToNumber().Uint32Value();
  std::vector<uint64_t> bounds;
  auto given = info[1].As<Napi::Array>();
  for (uint32_t i = 0; i < given.Length(); ++i)
    bounds.push_back(static_cast<uint64_t>(given.Get(i).ToNumber().Int64Value()));
  auto promise = std::make_shared<RemotePromise>(info.Env());
  // Weak: were the engine's thread the last to hold it, it would have to wait for itself to end.
  std::weak_ptr<State> weak = state_;
  engine().busiest(top, [promise, weak, bounds](Engine::Busiest busiest) {
    promise->settle([weak, bounds, busiest = std::move(busiest)](Napi::Env env) -> Napi::Value {
      auto state = weak.lock();
      if (!state) throw Napi::Error::New(env, "the session is gone");
      auto o = Napi::Object::New(env);
      o.Set("all", from_histogram(env, state->engine->latency(), bounds));
      set_counters(o, state->engine->statistics(), bounds);
      set_busiest(o, busiest);
      return o;
    });
  });
  return promise->promise();
}

}  // namespace uffdscope
