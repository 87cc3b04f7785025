#include "addon/convert_rules.h"

#include "addon/convert.h"
#include "engine/rules/draw.h"

namespace uffdscope {
namespace {

double number(const Napi::Object& o, const char* key) {
  return o.Get(key).ToNumber().DoubleValue();
}

uint64_t count(const Napi::Object& o, const char* key) {
  return static_cast<uint64_t>(number(o, key));
}

std::vector<uint8_t> bytes_of(const Napi::Value& v) {
  auto b = v.As<Napi::Uint8Array>();
  return {b.Data(), b.Data() + b.ByteLength()};
}

Damage to_damage(const Napi::Object& o) {
  Damage d{.what = static_cast<Damage::What>(count(o, "what")), .n = count(o, "n"), .bytes = {}};
  if (o.Get("bytes").IsTypedArray()) d.bytes = bytes_of(o.Get("bytes"));
  return d;
}

std::shared_ptr<const Rule> to_rule(const Napi::Object& o) {
  Napi::Env env = o.Env();
  auto rule = std::make_shared<Rule>();
  rule->id = static_cast<uint32_t>(count(o, "id"));
  rule->key = hash_text(o.Get("key").ToString().Utf8Value());
  if (o.Get("filter").IsTypedArray()) {
    auto loaded = FilterProgram::load(bytes_of(o.Get("filter")));
    if (!loaded) throw Napi::Error::New(env, loaded.error());
    rule->filter.emplace(std::move(*loaded));
  }
  rule->action = static_cast<RuleAction>(count(o, "action"));
  auto source = to_source(o.Get("source"));
  if (!source) throw to_error(env, source.error());
  rule->source = *source;
  rule->script = static_cast<uint32_t>(count(o, "script"));
  rule->delay = {static_cast<DelaySpec::Law>(count(o, "delayLaw")), number(o, "delayA"),
                 number(o, "delayB")};
  auto damages = o.Get("damage").As<Napi::Array>();
  for (uint32_t i = 0; i < damages.Length(); ++i)
    rule->damage.push_back(to_damage(damages.Get(i).As<Napi::Object>()));
  rule->short_bytes = static_cast<uint32_t>(count(o, "short"));
  rule->nowake = o.Get("nowake").ToBoolean();
  rule->nowake_ns = static_cast<int64_t>(number(o, "nowakeNs"));
  rule->duplicate = o.Get("duplicate").ToBoolean();
  rule->spurious = o.Get("spurious").ToBoolean();
  rule->reorder = static_cast<uint32_t>(count(o, "reorder"));
  if (o.Get("when").IsObject()) {
    auto when = o.Get("when").As<Napi::Object>();
    rule->when = When{.first = count(when, "first"), .step = count(when, "step")};
    if (when.Get("last").IsNumber()) rule->when->last = count(when, "last");
  }
  rule->prob = number(o, "prob");
  rule->per = static_cast<Scope>(count(o, "per"));
  rule->limit = count(o, "limit");
  return rule;
}

}  // namespace

std::vector<std::shared_ptr<const Rule>> to_rules(const Napi::Array& list) {
  std::vector<std::shared_ptr<const Rule>> rules;
  for (uint32_t i = 0; i < list.Length(); ++i)
    rules.push_back(to_rule(list.Get(i).As<Napi::Object>()));
  return rules;
}

}  // namespace uffdscope
