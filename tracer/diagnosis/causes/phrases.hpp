// Words and remedies that the declarations of several causes share.
#pragma once

#include "tracer/diagnosis/causes/cause.hpp"
#include "tracer/diagnosis/remedies/container_remedies.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::diagnosis {

/// "c1", "init nc[123]" …: the target in words.
std::string target_words(const Context& look);

/// The container of `process` where it is not the one asked about (a daemon's call led there): "prod/web-1/app"; else the target.
std::string container_words(const Context& look, const Process* process);

/// Who is to blame the most: "ctr[5205]"; "nobody".
std::string blamed(const ExplanationInput& input);
/// "ctr[5205], stopped by a signal".
std::string blamed_why(const ExplanationInput& input);
const Step& last(const ExplanationInput& input);
/// What the last wait is on.
std::string last_object(const ExplanationInput& input);
/// The process at the end of the chain.
std::string waiter(const ExplanationInput& input);
/// "has waited 3 min"; "waits" where it is not known for how long: the last wait.
std::string waits(const ExplanationInput& input);
/// How long the last wait has lasted, with what stands before and behind it; empty where it is not known.
std::string lasted(const ExplanationInput& input, std::string_view before, std::string_view behind);

Patient patient_of(const Context& look);

/// `kill -CONT` for the first culprit that a signal has stopped.
extern const RemedyRow let_it_go_on;
/// A signal to whoever is to blame the most; nothing where nobody is.
std::vector<Remedy> signal_first(const ExplanationInput& input, std::string_view text, std::string_view signal, Risk risk);
/// The same to any process; nothing where there is none. SIGKILL where SIGTERM would do nothing.
std::vector<Remedy> signal_to(const Process* process, std::string_view text, std::string_view signal, Risk risk);

}  // namespace shimtrace::diagnosis
