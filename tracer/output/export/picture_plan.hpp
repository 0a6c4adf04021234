// What a picture of waits shows, before any coordinate: boxes, the frames around them, arrows.
#pragma once

#include <shimtrace/diagnosis.hpp>
#include <shimtrace/snapshot.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace shimtrace::output {

enum class BoxShape : std::uint8_t { actor, object, nobody };

struct PictureBox {
    BoxShape shape = BoxShape::actor;
    std::string title;
    std::vector<std::string> notes;
    std::vector<std::string> frames;  ///< around it, outermost first: "pod prod/web-1", "container k8s.io/c1", "shim[790]"
    bool to_blame = false;
    bool on_chain = true;
};

struct PictureArrow {
    std::size_t from = 0, to = 0;
    std::string waits;     ///< "read", "wait for child"
    std::string on;        ///< where the end does not say it
    std::string evidence;  ///< a line
    bool told = false;     ///< the verdict's evidence has that line
    double since_s = -1;
    bool inferred = false, normal = false, on_chain = true;
};

struct PicturePlan {
    std::vector<PictureBox> boxes;  ///< of the chain first, in its order
    std::vector<PictureArrow> arrows;
    std::size_t left_out = 0;  ///< waits beside the chain that are too many to be drawn
};

PicturePlan plan_picture(const Diagnosis& diagnosis, const Snapshot& snapshot);

}  // namespace shimtrace::output
