#include <shimtrace/shared_text.hpp>

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace shimtrace;

TEST_CASE("copies of a text share its characters and outlive it") {
    SharedText copy;
    {
        const SharedText text = "github.com/containerd/fifo.(*fifo).Write";
        copy = text;
        CHECK(&copy.str() == &text.str());
    }
    CHECK(copy == "github.com/containerd/fifo.(*fifo).Write");
    const SharedText& itself = copy;
    copy = itself;
    CHECK(copy.ends_with(".Write"));
    const SharedText moved = std::move(copy);
    CHECK(moved.size() == 40);
    copy = {};
    CHECK(copy.empty());
    CHECK(copy.str().empty());
}

TEST_CASE("texts are compared by what they say") {
    CHECK(SharedText("a") == SharedText(std::string("a")));
    CHECK(SharedText("a") < SharedText("b"));
    CHECK(SharedText() == "");
    CHECK(SharedText("a") != std::string("b"));
}

TEST_CASE("equal texts are given the same characters") {
    SharedTexts texts;
    const SharedText one = texts.share("futex_wait"), other = texts.share(std::string("futex_") + "wait");
    CHECK(&one.str() == &other.str());
    CHECK(texts.share("pipe_read") == "pipe_read");
}

TEST_CASE("a text is copied and let go of by many threads at once") {
    const SharedText text = "runtime.gopark";
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&text] {
            for (int copy = 0; copy < 10'000; ++copy) {
                const SharedText own = text;
                if (own.size() != 14) return;
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(text == "runtime.gopark");
}
