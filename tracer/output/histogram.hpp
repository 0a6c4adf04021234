// Durations in buckets of rising width, as HdrHistogram has them: constant memory, and percentiles at most 3.7 % above, 0.5 % below.
#pragma once

#include <shimtrace/types.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace shimtrace::output {

class Histogram {
public:
    void add(Nanoseconds duration) {
        const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
        const std::size_t bucket = bucket_of(value);
        if (bucket >= counts_.size()) counts_.resize(bucket + 1);
        ++counts_[bucket];
        ++count_;
        total_ += value;
        greatest_ = std::max(greatest_, value);
    }

    /// As if all of the other's durations had been added here.
    void merge(const Histogram& other) {
        if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
        for (std::size_t bucket = 0; bucket < other.counts_.size(); ++bucket) counts_[bucket] += other.counts_[bucket];
        count_ += other.count_;
        total_ += other.total_;
        greatest_ = std::max(greatest_, other.greatest_);
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] Nanoseconds total() const { return Nanoseconds(static_cast<std::int64_t>(total_)); }
    [[nodiscard]] Nanoseconds max() const { return Nanoseconds(static_cast<std::int64_t>(greatest_)); }
    /// The duration that `share` (0 to 1) of all do not exceed: the upper end of its bucket rounded to three digits, as tables show it: at
    /// most 3.7 % above (a bucket's 1/32, and the rounding), 0.5 % below (the rounding), never more than max().
    [[nodiscard]] Nanoseconds percentile(double share) const {
        if (count_ == 0) return {};
        const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(share * static_cast<double>(count_) + 0.9999999));
        std::uint64_t seen = 0;
        for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
            seen += counts_[bucket];
            if (seen < wanted) continue;
            const std::uint64_t high = three_digits(lowest_of(bucket + 1) - 1);
            return Nanoseconds(static_cast<std::int64_t>(std::min(high, greatest_)));
        }
        return max();
    }

    /// Rounded to three significant digits.
    static std::uint64_t three_digits(std::uint64_t value) {
        std::uint64_t unit = 1;
        while (value / unit >= 1000) unit *= 10;
        return (value + unit / 2) / unit * unit;
    }

private:
    static constexpr unsigned sub_bits = 5;  // 32 buckets for each doubling

    static std::size_t bucket_of(std::uint64_t value) {
        const auto width = static_cast<unsigned>(std::bit_width(value));
        if (width <= sub_bits + 1) return static_cast<std::size_t>(value);
        const unsigned shift = width - sub_bits - 1;
        return (static_cast<std::size_t>(shift) << sub_bits) + static_cast<std::size_t>(value >> shift);
    }
    static std::uint64_t lowest_of(std::size_t bucket) {
        if (bucket < std::size_t{2} << sub_bits) return bucket;
        const std::size_t shift = (bucket >> sub_bits) - 1;
        return ((std::uint64_t{1} << sub_bits) + (bucket & ((1U << sub_bits) - 1))) << shift;
    }

    std::vector<std::uint32_t> counts_;
    std::uint64_t count_ = 0, total_ = 0, greatest_ = 0;
};

}  // namespace shimtrace::output
