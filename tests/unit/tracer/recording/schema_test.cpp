#include "tests/unit/tracer/recording/synthetic.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>

using namespace shimtrace;
using namespace shimtrace::recording;
using namespace shimtrace::recording::test;

namespace {

struct Anything {
    template <typename T>
    operator T() const;  // NOLINT(google-explicit-constructor): only its type matters
};

/// How many members an aggregate has.
template <typename T, typename... Members>
constexpr std::size_t count_members() {
    if constexpr (requires { T{Members{}..., Anything{}}; }) {
        return count_members<T, Members..., Anything>();
    } else {
        return sizeof...(Members);
    }
}

template <typename T>
constexpr bool described_whole = std::tuple_size_v<decltype(Schema<T>::fields)> == count_members<T>();

// A member that is added to one of these needs its row in the schema, or the build ends here.
static_assert(described_whole<ContainerRef> && described_whole<ProcessRoleInfo> && described_whole<OpenFileRoleInfo>);
static_assert(described_whole<Holder> && described_whole<InterestEntry> && described_whole<SocketFacts> && described_whole<OpenFile>);
static_assert(described_whole<GoFrame> && described_whole<InferredHolder> && described_whole<GoSelectCase> &&
              described_whole<GoroutinePurpose>);
static_assert(described_whole<Goroutine> && described_whole<GoProgram> && described_whole<HostInfo> && described_whole<Progress>);
static_assert(described_whole<Thread> && described_whole<FdEntry> && described_whole<NamespaceInodes> && described_whole<Process>);
static_assert(described_whole<Pipe> && described_whole<Cgroup> && described_whole<Mount> && described_whole<FileLock>);
static_assert(described_whole<ContainerFiles> && described_whole<Snapshot> && described_whole<TaskInfo> && described_whole<SessionInfo>);
static_assert(described_whole<FanotifyMark> && described_whole<MountHolder> && described_whole<HungTask> && described_whole<BlockDevice>);
static_assert(described_whole<Scheduling> && described_whole<SchedulingEvent> && described_whole<ScheduledTask> &&
              described_whole<Pressure>);
static_assert(described_whole<StackFrame> && described_whole<UntrustedSource> && described_whole<ExecPidFile> && described_whole<OciHook>);

template <typename T>
Bytes encoded(const T& value) {
    ByteWriter out;
    write_message(out, value);
    return {out.bytes().begin(), out.bytes().end()};
}

template <typename T>
void round_trip(int times) {
    Random random(7);
    for (int i = 0; i < times; ++i) {
        T value;
        fill(random, value);
        const auto back = read_message<T>(encoded(value));
        REQUIRE(back);
        CHECK(same(value, *back));
        CHECK_FALSE(same(value, T{}));
    }
}

/// SessionInfo of a later version.
struct LaterHostInfo {
    std::string name;
    std::string novelty;
    std::uint64_t count = 0;
};

}  // namespace

template <>
struct shimtrace::recording::Schema<LaterHostInfo> {
    static constexpr std::tuple fields{Field{1, &LaterHostInfo::name}, Field{900, &LaterHostInfo::novelty},
                                       Field{901, &LaterHostInfo::count}};
};

TEST_CASE("every field of snapshot, target, task and session survives the wire") {
    round_trip<Snapshot>(20);
    round_trip<OpenFile>(200);
    round_trip<TaskInfo>(200);
    round_trip<SessionInfo>(200);
    round_trip<GoProgram>(20);
    round_trip<Scheduling>(20);
}

TEST_CASE("what is at its default takes no byte") {
    CHECK(encoded(Snapshot{}).empty());
    CHECK(encoded(OpenFile{}).empty());
    OpenFile target;
    target.role.edit().container.id = "c1";
    CHECK(encoded(target).size() == 1 + 1 + 2 + 2 + 2);
}

TEST_CASE("a message in pieces is the same bytes, and no piece is all of it") {
    Snapshot snapshot;
    Random random(3);
    fill(random, snapshot);
    Process& daemon = snapshot.processes.emplace_back();
    for (GoProgram& go = daemon.go.emplace(); go.goroutines.size() < 2000;) fill(random, go.goroutines.emplace_back());
    const Bytes whole = encoded(snapshot);
    Bytes joined;
    std::size_t largest = 0;
    write_message_in_pieces(snapshot, [&](std::span<const std::byte> piece) {
        CHECK_FALSE(piece.empty());
        largest = std::max(largest, piece.size());
        joined.insert(joined.end(), piece.begin(), piece.end());
    });
    CHECK(joined == whole);
    CHECK(message_size(snapshot) == whole.size());
    CHECK(largest < whole.size() / 4);
    write_message_in_pieces(Snapshot{}, [](std::span<const std::byte>) { FAIL("nothing is to be given"); });
}

TEST_CASE("an empty element of a list stays an element") {
    Snapshot snapshot;
    snapshot.processes.resize(3);
    snapshot.read_errors = {"", "x", ""};
    const auto back = read_message<Snapshot>(encoded(snapshot));
    REQUIRE(back);
    CHECK(back->processes.size() == 3);
    CHECK(back->read_errors == snapshot.read_errors);
}

TEST_CASE("fields of a later version are skipped") {
    const auto back = read_message<HostInfo>(encoded(LaterHostInfo{"host", "new", 77}));
    REQUIRE(back);
    CHECK(back->name == "host");
}

TEST_CASE("an enumerator of a later version reads as the default") {
    ByteWriter out;
    out.varint(1 << 3);
    out.varint(200);
    const auto back = read_message<OpenFile>(out.bytes());
    REQUIRE(back);
    CHECK(back->kind == OpenFileKind::unknown);
}

TEST_CASE("a cut message is refused or shorter, never more than it was") {
    Random random(3);
    Process process;
    fill(random, process);
    const Bytes whole = encoded(process);
    for (std::size_t length = 0; length < whole.size(); ++length) read_message<Process>(std::span(whole).first(length));
    Bytes broken = whole;
    for (int i = 0; i < 20000; ++i) {
        broken = whole;
        broken[random() % broken.size()] = static_cast<std::byte>(random());
        broken[random() % broken.size()] = static_cast<std::byte>(random());
        read_message<Process>(broken);
    }
}

TEST_CASE("a message cannot ask for more memory than it may") {
    ByteWriter out;
    for (int i = 0; i < 1000; ++i) {  // a snapshot of empty processes
        out.varint(5 << 3 | 2);
        out.varint(0);
    }
    CHECK(read_message<Snapshot>(out.bytes())->processes.size() == 1000);
    Snapshot snapshot;
    wire::Budget budget{999 * sizeof(Process)};
    ByteReader in(out.bytes());
    wire::read_fields(in, snapshot, budget);
    CHECK(in.failed());
}
