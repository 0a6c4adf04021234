#include "decoders/oci/outline.hpp"

#include <string>
#include <utility>

namespace shimtrace::oci {

Outline::Outline(std::span<const OutlinePlace> places) : nodes_(1) {
    nodes_.reserve(places.size() * 2);
    for (std::size_t place = 0; place < places.size(); ++place) {
        std::string_view pattern = places[place].pattern;
        std::size_t at = 0;
        while (pattern.starts_with('/')) {
            pattern.remove_prefix(1);
            const std::string_view token = pattern.substr(0, pattern.find('/'));
            pattern.remove_prefix(token.size());
            if (places[place].kept) nodes_[at].only_within = true;
            std::size_t child = nodes_[at].first_child, count = 0;
            for (; child != none && nodes_[child].token != token; child = nodes_[child].next) ++count;
            if (child == none) {
                child = nodes_.size();
                nodes_.push_back({.token = token, .next = nodes_[at].first_child, .number = count});
                nodes_[at].first_child = child;
            }
            if (pattern.empty() && places[place].required) nodes_[at].required |= std::uint64_t{1} << nodes_[child].number;
            at = child;
        }
        if (nodes_[at].place == none) nodes_[at].place = place;
        nodes_[at].kept |= places[place].kept;
    }
}

namespace {

class Reader final : public JsonVisitor {
public:
    Reader(const Outline& outline, Suits suits) : outline_(outline), suits_(suits) { way_.push_back({&outline.root(), 0}); }

    bool enter(std::string_view key) override {
        Step& here = way_.back();
        if (!suits_all_ || here.node->first_child == Outline::none) return false;
        const Outline::Node* child = &outline_.node(here.node->first_child);
        if (child->token != "*") {
            while (child->token != key && child->next != Outline::none) child = &outline_.node(child->next);
            // Whatever is written with escapes may be any of them; of a key that is there twice the last counts.
            suits_all_ = key.find('\\') == key.npos && !(child->token == key && (here.seen & bit_of(*child)) != 0);
            if (!suits_all_ || child->token != key) return false;
            here.seen |= bit_of(*child);
        }
        way_.push_back({child, 0});
        return true;
    }

    void leave(std::string_view value) override {
        const Step here = way_.back();
        const Outline::Node& node = *here.node;
        if (value == "null" && way_.size() > 1)
            way_[way_.size() - 2].seen &= ~bit_of(node);  // as good as not there
        else if (!holds(node, value) || (here.seen & node.required) != node.required || !suits(node, value))
            suits_all_ = false;
        else if (node.kept && suits_all_)
            keep(value, node.only_within);
        way_.pop_back();
    }

    [[nodiscard]] bool suits_all() const { return suits_all_; }
    Json take() { return std::move(document_); }

private:
    struct Step {
        const Outline::Node* node;
        std::uint64_t seen;  ///< children, by their numbers' bits
    };

    static std::uint64_t bit_of(const Outline::Node& node) { return std::uint64_t{1} << node.number; }

    /// Whether its children can be in it.
    [[nodiscard]] bool holds(const Outline::Node& node, std::string_view value) const {
        if (node.first_child == Outline::none || value.front() == '{') return true;
        return value.front() == '[' && outline_.node(node.first_child).token == "*";
    }

    [[nodiscard]] bool suits(const Outline::Node& node, std::string_view value) const {
        return suits_ == nullptr || node.place == Outline::none || suits_(node.place, value);
    }

    void keep(std::string_view value, bool only_within) {
        Json* place = &document_;
        for (std::size_t i = 1; i < way_.size(); ++i) place = &(*place)[std::string(way_[i].node->token)];
        if (!only_within)
            *place = Json::parse(value, nullptr, false);
        else if (place->is_null())
            *place = Json::object();
    }

    const Outline& outline_;
    Suits suits_;
    std::vector<Step> way_;
    Json document_ = Json::object();
    bool suits_all_ = true;
};

}  // namespace

std::expected<std::optional<Json>, JsonError> read_outline(std::string_view text, const Outline& outline, Suits suits) {
    Reader reader(outline, suits);
    const auto odd_numbers = visit_json(text, reader);
    if (!odd_numbers) return std::unexpected(odd_numbers.error());
    if (*odd_numbers || !reader.suits_all()) return std::nullopt;
    return reader.take();
}

}  // namespace shimtrace::oci
