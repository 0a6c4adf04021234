// How a parcel goes over a socket: between this program and its stand-ins, one at a time each way.
#pragma once

#include "tracer/procfs/stand_in.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/uio.h>

namespace shimtrace::host {

struct ParcelHeader {
    Errand errand = nullptr;  ///< the same address in the copy
    std::uint64_t length = 0;
};

/// Descriptors of a message.
union CarriedDescriptor {
    cmsghdr header;
    std::array<char, CMSG_SPACE(sizeof(int))> room;
};

/// Sends or receives a parcel, as far as the socket lets it; goes on where it stopped.
class ParcelTransfer {
public:
    static ParcelTransfer of(ParcelHeader header, Parcel parcel) {
        header.length = parcel.bytes.size();
        return ParcelTransfer(header, std::move(parcel));
    }
    static ParcelTransfer expected() { return ParcelTransfer({}, {}); }

    enum class Progress : std::uint8_t { done, waits, broken };
    Progress send(int socket) {
        while (moved_ < sizeof header_ + parcel_.bytes.size()) {
            // Head and body in one: each is a call less on both sides.
            std::array<iovec, 2> pieces{};
            std::size_t count = 0;
            if (moved_ < sizeof header_) pieces[count++] = rest_of_header();
            const std::size_t at = moved_ - std::min(moved_, sizeof header_);
            if (at < parcel_.bytes.size()) pieces[count++] = {parcel_.bytes.data() + at, parcel_.bytes.size() - at};
            msghdr message{};
            message.msg_iov = pieces.data();
            message.msg_iovlen = count;
            CarriedDescriptor control{};
            if (moved_ == 0 && parcel_.descriptor) {
                message.msg_control = &control;
                message.msg_controllen = sizeof control;
                cmsghdr* const carried = CMSG_FIRSTHDR(&message);
                *carried = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
                const int fd = parcel_.descriptor.get();
                std::memcpy(CMSG_DATA(carried), &fd, sizeof fd);
            }
            if (!advance(::sendmsg(socket, &message, MSG_NOSIGNAL))) return outcome_;
        }
        return Progress::done;
    }
    Progress receive(int socket) {
        while (moved_ < sizeof header_) {
            // What follows the head on the socket is this parcel's: there is no other before it is answered.
            std::array<char, 4096> body;
            std::array<iovec, 2> pieces{rest_of_header(), iovec{body.data(), body.size()}};
            msghdr message{};
            message.msg_iov = pieces.data();
            message.msg_iovlen = pieces.size();
            CarriedDescriptor control{};
            message.msg_control = &control;
            message.msg_controllen = sizeof control;
            const ssize_t got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
            if (got == 0) return Progress::broken;
            if (!advance(got)) return outcome_;
            if (moved_ > sizeof header_) parcel_.bytes.assign(body.data(), moved_ - sizeof header_);
            if (const cmsghdr* carried = CMSG_FIRSTHDR(&message); carried != nullptr && carried->cmsg_type == SCM_RIGHTS) {
                int fd = -1;
                std::memcpy(&fd, CMSG_DATA(carried), sizeof fd);
                parcel_.descriptor = OwnedFd(fd);
            }
        }
        parcel_.bytes.resize(header_.length);
        while (moved_ < sizeof header_ + header_.length) {
            const std::size_t at = moved_ - sizeof header_;
            const ssize_t got = ::recv(socket, parcel_.bytes.data() + at, header_.length - at, 0);
            if (got == 0) return Progress::broken;
            if (!advance(got)) return outcome_;
        }
        return Progress::done;
    }
    [[nodiscard]] Errand errand() const { return header_.errand; }
    [[nodiscard]] Parcel take() { return std::move(parcel_); }

private:
    ParcelTransfer(ParcelHeader header, Parcel parcel) : header_(header), parcel_(std::move(parcel)) {}

    iovec rest_of_header() { return {reinterpret_cast<char*>(&header_) + moved_, sizeof header_ - moved_}; }
    bool advance(ssize_t moved) {
        if (moved >= 0) moved_ += static_cast<std::size_t>(moved);
        if (moved >= 0 || errno == EINTR) return true;
        outcome_ = errno == EAGAIN ? Progress::waits : Progress::broken;
        return false;
    }

    ParcelHeader header_;
    Parcel parcel_;
    std::size_t moved_ = 0;  ///< of header and bytes together
    Progress outcome_ = Progress::done;
};

}  // namespace shimtrace::host
