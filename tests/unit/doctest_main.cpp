// The main program of every unit test, and its reporter `-r=tap`, which tests/unit/run asks for: a line a test case, as TAP has it.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "tests/unit/kernel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view skip_mark = "skip kernel: ";

class TapReporter : public doctest::IReporter {
public:
    explicit TapReporter(const doctest::ContextOptions& options) : options_(options) {}

    void test_case_start(const doctest::TestCaseData& test) override {
        name_ = test.m_name;
        begin();
    }
    // A case with subcases is run once for each of them: each a line.
    void test_case_reenter(const doctest::TestCaseData&) override {
        end();
        begin();
    }
    void test_case_end(const doctest::CurrentTestCaseStats& test) override {
        if (!test.testCaseSuccess && reason_.empty()) reason_ = "failed";
        end();
    }
    void subcase_start(const doctest::SubcaseSignature& subcase) override {
        if (subcase.m_name.size() > 0) subcases_ += std::string("/") + subcase.m_name.c_str();
    }
    void test_case_exception(const doctest::TestCaseException& thrown) override { because(thrown.error_string.c_str()); }
    void log_assert(const doctest::AssertData& assertion) override {
        if (!assertion.m_failed) return;
        because(
            place(assertion.m_file, assertion.m_line) +
            (assertion.m_threw ? std::string(assertion.m_expr) + " throws " + assertion.m_exception.c_str() : assertion.m_decomp.c_str()));
    }
    void log_message(const doctest::MessageData& message) override {
        const std::string_view text = message.m_string.c_str();
        if (message.m_severity != doctest::assertType::is_warn)
            because(place(message.m_file, message.m_line) + std::string(text));
        else if (text.starts_with(skip_mark))
            skipped_ = text;
    }
    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats&) override {}
    void subcase_end() override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}

private:
    static std::string place(const char* file, int line) {
        return std::filesystem::path(file).filename().string() + ":" + std::to_string(line) + ": ";
    }

    void begin() {
        subcases_.clear();
        reason_.clear();
        skipped_.clear();
    }
    /// The first reason is the one that is told.
    void because(std::string_view reason) {
        if (!reason_.empty()) return;
        reason_ = reason;
        std::ranges::replace(reason_, '\n', ' ');
    }
    void end() {
        const std::string program = std::filesystem::path(options_.binary_name.c_str()).filename().string();
        *options_.cout << (reason_.empty() ? "ok " : "not ok ") << program << ": " << name_ << subcases_;
        if (!reason_.empty())
            *options_.cout << " - " << reason_;
        else if (!skipped_.empty())
            *options_.cout << " # " << skipped_;
        *options_.cout << std::endl;  // at once: the next case may end the program
    }

    const doctest::ContextOptions& options_;
    std::string name_, subcases_, reason_, skipped_;
};

REGISTER_REPORTER("tap", 1, TapReporter);

}  // namespace

namespace shimtrace::test {

std::string kernel_lacks(const std::string& what) {
    std::FILE* const answer = popen((SHIMTRACE_KERNEL_CAN " " + what).c_str(), "r");
    REQUIRE(answer != nullptr);
    std::array<char, 256> line{};
    std::string said = std::fgets(line.data(), line.size(), answer) == nullptr ? "" : line.data();
    const int status = pclose(answer);
    if (status == 0) return {};
    if (said.ends_with('\n')) said.pop_back();
    REQUIRE_MESSAGE(said.starts_with("kernel: "), "scripts/kernel-can ", what, " does not know");
    return said;
}

}  // namespace shimtrace::test
