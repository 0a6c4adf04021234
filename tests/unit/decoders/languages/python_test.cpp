#include "decoders/languages/python.hpp"
#include "tests/unit/decoders/languages/word_memory.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

/// Types, two threads 11 and 12 with glibc's descriptors, and a lock that thread 11 waits for.
struct Program {
    WordMemory memory;
    std::vector<Thread> threads{in_futex(11, semaphore), in_futex(12, 0x99990)};

    static constexpr std::uint64_t lock_type = 0x100000, rlock_type = 0x100100, method_type = 0x100200, code_type = 0x100300,
                                   frame_type = 0x100400, semaphore = 0x200000, lock = 0x201000, descriptor = 0x300000;

    Program() {
        const std::pair<std::uint64_t, std::string_view> types[] = {{lock_type, "_thread.lock"},
                                                                    {rlock_type, "_thread.RLock"},
                                                                    {method_type, "builtin_function_or_method"},
                                                                    {code_type, "code"},
                                                                    {frame_type, "frame"}};
        for (const auto& [type, name] : types) {
            memory.put(type, {1, 0x100f00, 0, type + 64});
            memory.text(type + 64, name);
        }
        memory.put(semaphore, {0x100000000});
        // struct pthread of thread 12: its own address, and its number.
        memory.put(descriptor, {descriptor, 0, descriptor});
        memory.half(descriptor + 0x2d0, 12);
        for (const Thread& thread : threads) memory.put(thread.stack_pointer, {0, 0, 0, 0});
        memory.put(threads[0].stack_pointer + 16, {lock});
    }

    /// Thread 12 is within a `with` of it: its frame keeps the bound __exit__.
    void within_with(std::uint64_t references = 1) {
        constexpr std::uint64_t frame = 0x400000, code = 0x401000, bound = 0x402000, definition = 0x403000;
        memory.put(threads[1].stack_pointer + 40, {frame});
        memory.put(code, {5, code_type});
        memory.put(frame, {code, 0, 0, 0, 0, 0, 0, 0, 0, bound});
        memory.put(bound, {references, method_type, definition, lock, 0});
        memory.put(definition, {definition + 64});
        memory.text(definition + 64, "__exit__");
    }

    const Boxed<LanguageLock>& read() {
        const languages::Ranges mapped = memory.mapped();
        languages::read_python_locks(threads, languages::Words(memory, mapped));
        return threads[0].language_lock;
    }
};

}  // namespace

TEST_CASE("an RLock names its owner") {
    Program program;
    program.memory.put(Program::lock, {3, Program::rlock_type, Program::semaphore, Program::descriptor, 1});
    const auto& lock = program.read();
    REQUIRE(lock);
    CHECK(lock->what == "Python RLock");
    CHECK(lock->owners == std::vector{12});
    CHECK(lock->told);
}

TEST_CASE("an RLock that fork has copied has an owner that is gone") {
    Program program;
    program.memory.put(Program::lock, {3, Program::rlock_type, Program::semaphore, Program::descriptor, 1});
    program.memory.half(Program::descriptor + 0x2d0, 0);
    const auto& lock = program.read();
    REQUIRE(lock);
    CHECK(lock->owners.empty());
    CHECK(lock->told);
}

TEST_CASE("a Lock is had by whose frame is within a with of it, and tells nobody's name") {
    Program program;
    program.memory.put(Program::lock, {3, Program::lock_type, Program::semaphore, 0, 1});
    SUBCASE("within a with") {
        program.within_with();
        const auto& lock = program.read();
        REQUIRE(lock);
        CHECK(lock->what == "Python lock");
        CHECK(lock->owners == std::vector{12});
        CHECK_FALSE(lock->told);
    }
    SUBCASE("what is left of a with that is over") {
        program.within_with(0);
        CHECK(program.read()->owners.empty());
    }
    SUBCASE("taken by acquire") {
        CHECK(program.read()->owners.empty());
    }
    SUBCASE("who waits to enter has not") {
        program.within_with();
        program.threads[1].args[0] = Program::semaphore;
        program.memory.put(program.threads[1].stack_pointer + 16, {Program::lock});
        CHECK(program.read()->owners.empty());
        CHECK(program.threads[1].language_lock->owners.empty());
    }
}

TEST_CASE("a Lock since 3.13 is a byte, and the futex the thread's own") {
    Program program;
    program.memory.put(Program::lock, {3, Program::lock_type, 3});
    program.threads[0].args[0] = 0xb0010;
    program.within_with();
    const auto& lock = program.read();
    REQUIRE(lock);
    CHECK(lock->owners == std::vector{12});
}

TEST_CASE("the interpreter's lock is had by whom it was given to last") {
    Program program;
    constexpr std::uint64_t state = 0x500000, holder = 0x501000;
    program.memory.put(holder, {0, 0, 0, Program::descriptor});
    program.threads[0] = in_futex(11, state + 32 + 0x28, true);
    SUBCASE("taken") {
        program.memory.put(state, {5000, holder, 1, 77, 0, 0, 0, 0, 0, 0, 0});
        const auto& lock = program.read();
        REQUIRE(lock);
        CHECK(lock->what == "Python's interpreter lock (GIL)");
        CHECK(lock->owners == std::vector{12});
    }
    SUBCASE("free") {
        program.memory.put(state, {5000, holder, 0, 77, 0, 0, 0, 0, 0, 0, 0});
        CHECK_FALSE(program.read());
    }
    SUBCASE("another condition") {
        program.memory.put(state, {0, holder, 1, 77, 0, 0, 0, 0, 0, 0, 0});
        CHECK_FALSE(program.read());
    }
}

TEST_CASE("objects that are no locks, and wild pointers, tell nothing") {
    Program program;
    SUBCASE("of another type") {
        program.memory.put(Program::lock, {3, Program::code_type, Program::semaphore, Program::descriptor, 1});
    }
    SUBCASE("of no type") {
        program.memory.put(Program::lock, {3, 0xdead0000, Program::semaphore, Program::descriptor, 1});
    }
    SUBCASE("an owner that is no thread") {
        program.memory.put(Program::lock, {3, Program::rlock_type, Program::semaphore, Program::semaphore, 1});
    }
    SUBCASE("nothing at all") {}
    CHECK_FALSE(program.read());
}

TEST_CASE("frames that name each other in a ring end") {
    Program program;
    program.memory.put(Program::lock, {3, Program::lock_type, Program::semaphore, 0, 1});
    program.within_with();
    program.memory.put(0x400008, {0x400000});
    CHECK(program.read()->owners == std::vector{12});
}
