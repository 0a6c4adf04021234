#include "decoders/languages/jvm.hpp"
#include "decoders/languages/exported_symbol.hpp"
#include "tests/unit/decoders/languages/word_memory.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

/// A JVM of two Java threads, 21 and 22, as it describes itself.
struct Jvm {
    WordMemory memory;
    std::vector<Thread> threads{in_futex(21, 0xb0000), in_futex(22, 0xb0000)};

    static constexpr std::uint64_t table = 0x100000, rows = 0x101000, texts = 0x110000, one = 0x200000, two = 0x210000, monitor = 0x220000,
                                   list = 0x230000, oops = 0x240000;
    std::uint64_t next_row = rows, next_text = texts;

    std::uint64_t word(std::string_view text) {
        const std::uint64_t at = next_text;
        memory.text(at, text);
        next_text += 64;
        return at;
    }
    void row(std::string_view type, std::string_view field, std::string_view form, bool is_static, std::uint64_t place) {
        memory.put(next_row, {word(type), word(field), word(form), is_static, is_static ? 0 : place, is_static ? place : 0});
        next_row += 48;
    }

    explicit Jvm(bool numbers_owners = false) {
        memory.put(table, {rows});
        row("ThreadsSMRSupport", "_java_thread_list", "ThreadsList*", true, list);
        row("ThreadsList", "_length", "const uint", false, 4);
        row("ThreadsList", "_threads", "JavaThread *const *const", false, 16);
        row("JavaThread", "_osthread", "OSThread*", false, 64);
        row("OSThread", "_thread_id", "OSThread::thread_id_t", false, 208);
        row("JavaThread", "_current_pending_monitor", "ObjectMonitor*", false, 72);
        row("JavaThread", "_threadObj", "OopHandle", false, 80);
        row("JavaThread", "_stack_base", "address", false, 88);
        row("JavaThread", "_stack_size", "size_t", false, 96);
        row("ObjectMonitor", "_owner", "", false, 64);
        row("ObjectMonitor", "_object", "", false, 8);
        if (numbers_owners) row("JavaThread", "_monitor_owner_id", "int64_t", false, 104);
        row("CompressedOops", "_narrow_oop._base", "address", true, oops);
        row("CompressedOops", "_narrow_oop._shift", "int", true, oops + 8);
        row("CompressedKlassPointers", "_narrow_klass._base", "address", true, oops + 16);
        row("CompressedKlassPointers", "_narrow_klass._shift", "int", true, oops + 24);
        row("Klass", "_name", "Symbol*", false, 24);
        row("Klass", "_layout_helper", "jint", false, 8);
        row("Symbol", "_length", "u2", false, 4);
        row("Symbol", "_body[0]", "u1", false, 6);
        row("Symbol", "_body", "", false, 8);
        memory.put(next_row, {0, 0, 0, 0, 0, 0});
        memory.put(oops, {0, 3, 0, 0});
        memory.put(list, {list + 64});
        memory.put(list + 64, {std::uint64_t{2} << 32U, 0, list + 128});
        memory.put(list + 128, {one, two});
        for (const auto& [address, number] : {std::pair{one, 21U}, std::pair{two, 22U}}) {
            memory.put(address, {0, 0, 0, 0, 0, 0, 0, 0, address + 0x400, 0, address + 0x800, address + 0x10000, 0x10000, number});
            memory.put(address + 0x400 + 208, {number});
            memory.put(address + 0x800, {address + 0x1000});  // the handle of its java.lang.Thread
            object(address + 0x1000, 0x330000, "java/lang/Thread");
        }
    }

    void waits_for_monitor(std::uint64_t thread, std::uint64_t owner) {
        memory.put(thread + 72, {monitor});
        memory.put(monitor, {0, 0, 0, 0, 0, 0, 0, 0, owner});
    }
    /// An object of that class.
    void object(std::uint64_t address, std::uint64_t klass, std::string_view name) {
        memory.put(address, {1, klass, 0, 0, 0, 0, 0});
        memory.put(klass, {0, 40, 0, klass + 64});
        memory.put(klass + 64, {std::uint64_t{name.size()} << 32U});
        memory.text(klass + 72, name);
    }

    const Boxed<LanguageLock>& read() {
        const languages::Ranges mapped = memory.mapped();
        languages::read_java_locks(threads, languages::Words(memory, mapped), table);
        return threads[0].language_lock;
    }
};

}  // namespace

TEST_CASE("a monitor names the JavaThread that has it") {
    Jvm jvm;
    jvm.waits_for_monitor(Jvm::one, Jvm::two);
    const auto& lock = jvm.read();
    REQUIRE(lock);
    CHECK(lock->what == "Java monitor");
    CHECK(lock->owners == std::vector{22});
    CHECK(lock->told);
    CHECK_FALSE(jvm.threads[1].language_lock);
}

TEST_CASE("its owner may be told by where its stack is, or, since JDK 24, by a number") {
    SUBCASE("stack") {
        Jvm jvm;
        jvm.waits_for_monitor(Jvm::one, Jvm::two + 0xfff0);
        CHECK(jvm.read()->owners == std::vector{22});
    }
    SUBCASE("number") {
        Jvm jvm(true);
        jvm.waits_for_monitor(Jvm::one, 22);
        CHECK(jvm.read()->owners == std::vector{22});
    }
    SUBCASE("nobody that is known") {
        Jvm jvm;
        jvm.waits_for_monitor(Jvm::one, 1);
        CHECK(jvm.read()->owners.empty());
        CHECK_FALSE(jvm.threads[0].language_lock->told);
    }
}

TEST_CASE("who has a monitor already is about to go on") {
    Jvm jvm;
    jvm.waits_for_monitor(Jvm::one, Jvm::one);
    CHECK_FALSE(jvm.read());
}

TEST_CASE("the class of what is locked is told") {
    Jvm jvm;
    jvm.waits_for_monitor(Jvm::one, Jvm::two);
    jvm.memory.put(Jvm::monitor + 8, {0x300000});
    jvm.memory.put(0x300000, {0x301000, 0});
    jvm.object(0x301000, 0x302000, "com/example/Pool");
    CHECK(jvm.read()->what == "Java monitor of a com.example.Pool");
}

TEST_CASE("a parked thread's blocker names the Thread that has it for itself") {
    Jvm jvm;
    constexpr std::uint64_t blocker = 0x310000;
    jvm.memory.put(Jvm::one + 0x1000 + 16, {blocker >> 3U});
    jvm.object(blocker, 0x312000, "java/util/concurrent/locks/ReentrantLock$NonfairSync");
    SUBCASE("held") {
        jvm.memory.put(blocker + 16, {(Jvm::two + 0x1000) >> 3U});
        const auto& lock = jvm.read();
        REQUIRE(lock);
        CHECK(lock->what == "Java ReentrantLock");
        CHECK(lock->owners == std::vector{22});
    }
    SUBCASE("what lies behind the object is another's") {
        jvm.memory.put(blocker + 40, {(Jvm::two + 0x1000) >> 3U});
        REQUIRE(jvm.read());
        CHECK(jvm.read()->owners.empty());
    }
    SUBCASE("by readers, whom it does not name") {
        REQUIRE(jvm.read());
        CHECK(jvm.read()->owners.empty());
        CHECK_FALSE(jvm.read()->told);
    }
    SUBCASE("with a time limit it ends by itself") {
        jvm.threads[0].args[3] = 1;
        CHECK_FALSE(jvm.read());
    }
}

TEST_CASE("a JVM that describes itself otherwise tells nothing") {
    Jvm jvm;
    jvm.waits_for_monitor(Jvm::one, Jvm::two);
    SUBCASE("no table") {
        jvm.memory.put(Jvm::table, {0xdead0000});
    }
    SUBCASE("rows without an end that are wild") {
        jvm.memory.put(Jvm::rows, {0xdead0000, 0xdead0000, 0xdead0000, 1, 1, 1});
    }
    SUBCASE("threads without number") {
        jvm.memory.put(Jvm::list + 128, {0xdead0000, 0xdead0000});
    }
    CHECK_FALSE(jvm.read());
}

TEST_CASE("a symbol is found in a loaded library by its hash") {
    WordMemory memory;
    constexpr std::uint64_t base = 0x700000, dynamic = 0x1000, hash = 0x2000, symbols = 0x3000, strings = 0x4000;
    memory.put(base, {0x464c457f, 0, 0, 0, 64, 0, 0, 1});  // e_phoff 64, e_phnum 1
    memory.put(base + 64, {2, 0, dynamic, 0, 0, 0, 0});
    memory.put(base + dynamic, {0x6ffffef5, base + hash, 6, base + symbols, 5, strings, 0, 0});
    std::uint32_t number = 5381;
    for (const char letter : languages::jvm_table_symbol) number = number * 33 + static_cast<unsigned char>(letter);
    memory.put(base + hash, {1 | std::uint64_t{1} << 32U, 1, 0});  // one bucket, symbols from 1, one word of filter
    memory.half(base + hash + 24, 1);
    memory.half(base + hash + 28, number | 1U);
    memory.put(base + symbols + 24, {16, 0x5550, 8});
    memory.text(base + strings + 16, languages::jvm_table_symbol);
    const languages::Ranges mapped = memory.mapped();
    const languages::Words words(memory, mapped);
    CHECK(languages::exported_symbol(words, base, languages::jvm_table_symbol) == base + 0x5550);
    CHECK_FALSE(languages::exported_symbol(words, base, "gHotSpotVMTypes"));
}
