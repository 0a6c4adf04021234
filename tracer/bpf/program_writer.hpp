// What the making of each of our programs begins with.
#pragma once

#include "tracer/bpf/assembler.hpp"
#include "tracer/bpf/kernel_types.hpp"
#include "tracer/bpf/programs.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

namespace shimtrace::bpf {

constexpr std::int32_t frame_size = 512;  // MAX_BPF_STACK

struct Member {
    std::string_view structure, member;
};

class ProgramWriter {
public:
    explicit ProgramWriter(const KernelTypes& types) : types_(types) {}

protected:
    /// Where the last lies in the first, by way of the others.
    std::int32_t at(std::initializer_list<Member> members) {
        std::int32_t whole = 0;
        for (const Member& each : members) {
            const auto offset = types_.offset(each.structure, each.member);
            lacking_ |= !offset;
            whole += offset.value_or(0);
        }
        return whole;
    }

    /// `context`: the register that holds what the program was called with, of the type bpf_iter__TABLE. It is told so many bytes (r3) from
    /// `from` of the frame.
    void tell(std::string_view context_type, Register context, std::int32_t from) {
        using enum Register;
        code_.load(Width::u64, r1, context, at({{context_type, "meta"}}));
        code_.load(Width::u64, r1, r1, at({{"bpf_iter_meta", "seq"}}));
        code_.move(r2, frame);
        code_.add(r2, from);
        code_.call(BPF_FUNC_seq_write);
    }

    /// nullopt: the kernel lacks something.
    std::optional<KernelProgram> finish(std::string_view table) {
        const auto number = types_.function(table);
        if (!number || lacking_) return std::nullopt;
        return KernelProgram{*number, std::move(code_).finish()};
    }

    const KernelTypes& types_;
    Assembler code_;
    bool lacking_ = false;
};

}  // namespace shimtrace::bpf
