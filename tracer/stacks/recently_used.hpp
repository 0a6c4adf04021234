// What was made for the keys that were asked for last.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace shimtrace::stacks {

/// At most `most` values; who has not been asked for the longest goes when there are more.
template <typename Key, typename Value>
class RecentlyUsed {
public:
    explicit RecentlyUsed(std::size_t most) : most_(most) {}

    /// nullptr: it is not there, or not any more. Good until the next put().
    const Value* find(const Key& key) {
        const auto found = entries_.find(key);
        if (found == entries_.end()) return nullptr;
        found->second.asked = ++asked_;
        return &found->second.value;
    }

    void for_each(const std::function<void(const Value&)>& run) const {
        for (const auto& [key, entry] : entries_) run(entry.value);
    }

    void put(const Key& key, Value value) {
        entries_.insert_or_assign(key, Entry{std::move(value), ++asked_});
        if (entries_.size() <= most_) return;
        entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& one) { return one.second.asked; }));
    }

private:
    struct Entry {
        Value value;
        std::uint64_t asked = 0;
    };
    std::size_t most_;
    std::uint64_t asked_ = 0;
    std::map<Key, Entry> entries_;
};

}  // namespace shimtrace::stacks
