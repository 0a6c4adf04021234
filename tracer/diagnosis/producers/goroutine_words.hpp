// A goroutine in words.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <string>

namespace shimtrace::diagnosis {

/// "containerd[812] goroutine 16 [IO wait, at least 5 min] in github.com/containerd/fifo.(*fifo).Write".
std::string goroutine_words(const Process& process, const Goroutine& goroutine);

/// The innermost function that is not the runtime's or sync's own: where a person would look.
std::string innermost_place(const Goroutine& goroutine);

}  // namespace shimtrace::diagnosis
