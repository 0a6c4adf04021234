// The structs of a recording, field by field. A new field of the vocabulary is one row here, at the end, with the next number.
#pragma once

#include "tracer/recording/fields.hpp"

#include <shimtrace/event.hpp>
#include <shimtrace/event_sink.hpp>
#include <shimtrace/snapshot.hpp>

namespace shimtrace::recording {

/// The first block's content.
struct RecordingHeader {
    std::uint32_t format = 0;
    std::string byte_order;  ///< of the captured bytes: "little"
    SessionInfo session;
};

template <>
struct LastOf<Arch> {
    static constexpr Arch value = Arch::arm;
};
template <>
struct LastOf<EventKind> {
    static constexpr EventKind value = EventKind::lost;
};
template <>
struct LastOf<OpenFileKind> {
    static constexpr OpenFileKind value = OpenFileKind::anon;
};
template <>
struct LastOf<ProcessRole> {
    static constexpr ProcessRole value = ProcessRole::gofer;
};
template <>
struct LastOf<OpenFileRole> {
    static constexpr OpenFileRole value = OpenFileRole::nri;
};
template <>
struct LastOf<GoState> {
    static constexpr GoState value = GoState::unknown;
};
template <>
struct LastOf<GoWaitKind> {
    static constexpr GoWaitKind value = GoWaitKind::child;
};

template <>
struct Schema<ContainerRef> {
    static constexpr std::tuple fields{Field{1, &ContainerRef::ns}, Field{2, &ContainerRef::id}, Field{3, &ContainerRef::name}};
};
template <>
struct Schema<ProcessRoleInfo> {
    static constexpr std::tuple fields{Field{1, &ProcessRoleInfo::role}, Field{2, &ProcessRoleInfo::container},
                                       Field{3, &ProcessRoleInfo::exec_id}, Field{4, &ProcessRoleInfo::operation}};
};
template <>
struct Schema<OpenFileRoleInfo> {
    static constexpr std::tuple fields{Field{1, &OpenFileRoleInfo::role}, Field{2, &OpenFileRoleInfo::container},
                                       Field{3, &OpenFileRoleInfo::exec_id}};
};
template <>
struct Schema<Holder> {
    static constexpr std::tuple fields{Field{1, &Holder::pid},   Field{2, &Holder::fd},    Field{3, &Holder::comm},
                                       Field{4, &Holder::state}, Field{5, &Holder::reads}, Field{6, &Holder::writes}};
};
template <>
struct Schema<InterestEntry> {
    static constexpr std::tuple fields{Field{1, &InterestEntry::fd}, Field{2, &InterestEntry::events}, Field{3, &InterestEntry::data},
                                       Field{4, &InterestEntry::path}, Field{5, &InterestEntry::target}};
};
template <>
struct Schema<SocketFacts> {
    static constexpr std::tuple fields{Field{1, &SocketFacts::protocol},
                                       Field{2, &SocketFacts::local},
                                       Field{3, &SocketFacts::remote},
                                       Field{4, &SocketFacts::state},
                                       Field{5, &SocketFacts::inode},
                                       Field{6, &SocketFacts::peer_inode},
                                       Field{7, &SocketFacts::receive_queue},
                                       Field{8, &SocketFacts::send_queue},
                                       Field{9, &SocketFacts::netlink_port},
                                       Field{10, &SocketFacts::netlink_family},
                                       Field{11, &SocketFacts::network},
                                       Field{12, &SocketFacts::type},
                                       Field{13, &SocketFacts::receive_capacity},
                                       Field{14, &SocketFacts::send_capacity},
                                       Field{15, &SocketFacts::timer},
                                       Field{16, &SocketFacts::retransmits},
                                       Field{17, &SocketFacts::sent_ms_ago},
                                       Field{18, &SocketFacts::received_ms_ago},
                                       Field{19, &SocketFacts::acknowledged_ms_ago},
                                       Field{20, &SocketFacts::translated},
                                       Field{21, &SocketFacts::stands_for}};
};
template <>
struct Schema<FanotifyMark> {
    static constexpr std::tuple fields{Field{1, &FanotifyMark::mask}, Field{2, &FanotifyMark::inode}, Field{3, &FanotifyMark::device},
                                       Field{4, &FanotifyMark::mount}};
};
template <>
struct Schema<OpenFile> {
    static constexpr std::tuple fields{Field{1, &OpenFile::kind},           Field{2, &OpenFile::path},         Field{3, &OpenFile::inode},
                                       Field{4, &OpenFile::device},         Field{5, &OpenFile::rdev},         Field{6, &OpenFile::flags},
                                       Field{7, &OpenFile::role},           Field{8, &OpenFile::holders},      Field{9, &OpenFile::socket},
                                       Field{10, &OpenFile::interest},      Field{11, &OpenFile::pidfd_pid},   Field{12, &OpenFile::count},
                                       Field{13, &OpenFile::timer_value},   Field{14, &OpenFile::signal_mask}, Field{15, &OpenFile::marks},
                                       Field{16, &OpenFile::called_deleted}};
};
template <>
struct Schema<StackFrame> {
    static constexpr std::tuple fields{Field{1, &StackFrame::pc},         Field{2, &StackFrame::module}, Field{3, &StackFrame::function},
                                       Field{4, &StackFrame::offset},     Field{5, &StackFrame::file},   Field{6, &StackFrame::line},
                                       Field{7, &StackFrame::file_offset}};
};
template <>
struct Schema<GoFrame> {
    static constexpr std::tuple fields{Field{1, &GoFrame::pc},      Field{2, &GoFrame::function},    Field{3, &GoFrame::file},
                                       Field{4, &GoFrame::line},    Field{5, &GoFrame::inlined},     Field{6, &GoFrame::offset},
                                       Field{7, &GoFrame::wrapper}, Field{8, &GoFrame::no_arguments}};
};
template <>
struct Schema<InferredHolder> {
    static constexpr std::tuple fields{Field{1, &InferredHolder::goroutine}, Field{2, &InferredHolder::score},
                                       Field{3, &InferredHolder::reasons}};
};
template <>
struct Schema<GoSelectCase> {
    static constexpr std::tuple fields{Field{1, &GoSelectCase::send}, Field{2, &GoSelectCase::channel}, Field{3, &GoSelectCase::length},
                                       Field{4, &GoSelectCase::capacity}};
};
template <>
struct Schema<GoReply> {
    static constexpr std::tuple fields{Field{1, &GoReply::protocol}, Field{2, &GoReply::method}, Field{3, &GoReply::connections},
                                       Field{4, &GoReply::tied}};
};
template <>
struct Schema<GoServedCall> {
    static constexpr std::tuple fields{Field{1, &GoServedCall::service},       Field{2, &GoServedCall::method},
                                       Field{3, &GoServedCall::pod_namespace}, Field{4, &GoServedCall::pod},
                                       Field{5, &GoServedCall::container},     Field{6, &GoServedCall::name},
                                       Field{7, &GoServedCall::connection}};
};
template <>
struct Schema<GoWait> {
    static constexpr std::tuple fields{Field{1, &GoWait::kind},   Field{2, &GoWait::fd},       Field{3, &GoWait::fd_path},
                                       Field{4, &GoWait::object}, Field{5, &GoWait::length},   Field{6, &GoWait::capacity},
                                       Field{7, &GoWait::cases},  Field{8, &GoWait::others},   Field{9, &GoWait::holders},
                                       Field{10, &GoWait::child}, Field{11, &GoWait::syscall}, Field{12, &GoWait::args},
                                       Field{13, &GoWait::until}, Field{14, &GoWait::reply},   Field{15, &GoWait::arch}};
};
template <>
struct Schema<GoroutinePurpose> {
    static constexpr std::tuple fields{Field{1, &GoroutinePurpose::what}, Field{2, &GoroutinePurpose::detail},
                                       Field{3, &GoroutinePurpose::container}, Field{4, &GoroutinePurpose::exec_id}};
};
template <>
struct Schema<GoLabel> {
    static constexpr std::tuple fields{Field{1, &GoLabel::key}, Field{2, &GoLabel::value}};
};
template <>
struct Schema<Goroutine> {
    static constexpr std::tuple fields{
        Field{1, &Goroutine::id},          Field{2, &Goroutine::state},    Field{3, &Goroutine::wait_reason},
        Field{4, &Goroutine::waiting},     Field{5, &Goroutine::thread},   Field{6, &Goroutine::locked_to_thread},
        Field{7, &Goroutine::stack},       Field{8, &Goroutine::complete}, Field{9, &Goroutine::changed},
        Field{10, &Goroutine::created_by}, Field{11, &Goroutine::parent},  Field{12, &Goroutine::wait},
        Field{13, &Goroutine::purpose},    Field{14, &Goroutine::system},  Field{15, &Goroutine::serves},
        Field{16, &Goroutine::labels}};
};
template <>
struct Schema<GoProgram> {
    static constexpr bool large = true;
    static constexpr std::tuple fields{
        Field{1, &GoProgram::pid},          Field{2, &GoProgram::version},    Field{3, &GoProgram::derived_layout},
        Field{4, &GoProgram::goroutines},   Field{5, &GoProgram::incomplete}, Field{6, &GoProgram::stopped},
        Field{7, &GoProgram::prints_labels}};
};
template <>
struct Schema<HostInfo> {
    static constexpr std::tuple fields{Field{1, &HostInfo::name}, Field{2, &HostInfo::kernel}, Field{3, &HostInfo::boot_id},
                                       Field{4, &HostInfo::containerd_version}, Field{5, &HostInfo::runc_version}};
};
template <>
struct Schema<Progress> {
    static constexpr std::tuple fields{Field{1, &Progress::at},     Field{2, &Progress::context_switches}, Field{3, &Progress::cpu_ticks},
                                       Field{4, &Progress::on_cpu}, Field{5, &Progress::run_delay},        Field{6, &Progress::io_delay}};
};
template <>
struct Schema<FutexMemory> {
    static constexpr std::tuple fields{Field{1, &FutexMemory::words},         Field{2, &FutexMemory::shared},
                                       Field{3, &FutexMemory::device},        Field{4, &FutexMemory::inode},
                                       Field{5, &FutexMemory::path},          Field{6, &FutexMemory::mapped_by},
                                       Field{7, &FutexMemory::mappings_known}};
};
template <>
struct Schema<LanguageLock> {
    static constexpr std::tuple fields{Field{1, &LanguageLock::what}, Field{2, &LanguageLock::address}, Field{3, &LanguageLock::owners},
                                       Field{4, &LanguageLock::told}};
};
template <>
struct Schema<Thread> {
    static constexpr std::tuple fields{Field{1, &Thread::tid},           Field{2, &Thread::comm},
                                       Field{3, &Thread::state},         Field{4, &Thread::wchan},
                                       Field{5, &Thread::syscall},       Field{6, &Thread::args},
                                       Field{7, &Thread::stack_pointer}, Field{8, &Thread::instruction_pointer},
                                       Field{9, &Thread::path_argument}, Field{10, &Thread::kernel_stack},
                                       Field{11, &Thread::tracer},       Field{12, &Thread::polled},
                                       Field{13, &Thread::first},        Field{14, &Thread::second},
                                       Field{15, &Thread::arch},         Field{16, &Thread::ns_tid},
                                       Field{17, &Thread::futex},        Field{18, &Thread::language_lock}};
};
template <>
struct Schema<FdEntry> {
    static constexpr std::tuple fields{Field{1, &FdEntry::fd}, Field{2, &FdEntry::target}};
};
template <>
struct Schema<NamespaceInodes> {
    static constexpr std::tuple fields{Field{1, &NamespaceInodes::pid}, Field{2, &NamespaceInodes::mnt}, Field{3, &NamespaceInodes::net},
                                       Field{4, &NamespaceInodes::user}, Field{5, &NamespaceInodes::cgroup}};
};
template <>
struct Schema<ShimTask> {
    static constexpr std::tuple fields{Field{1, &ShimTask::container}, Field{2, &ShimTask::state}};
};
template <>
struct Schema<Process> {
    static constexpr bool large = true;
    static constexpr std::tuple fields{Field{1, &Process::pid},
                                       Field{2, &Process::parent},
                                       Field{3, &Process::start_time},
                                       Field{4, &Process::comm},
                                       Field{5, &Process::exe},
                                       Field{6, &Process::cwd},
                                       Field{7, &Process::command_line},
                                       Field{8, &Process::environment},
                                       Field{9, &Process::state},
                                       Field{10, &Process::session},
                                       Field{11, &Process::process_group},
                                       Field{12, &Process::tty},
                                       Field{13, &Process::ns_pids},
                                       Field{14, &Process::ns},
                                       Field{15, &Process::cgroup},
                                       Field{16, &Process::pending_signals},
                                       Field{17, &Process::blocked_signals},
                                       Field{18, &Process::ignored_signals},
                                       Field{19, &Process::caught_signals},
                                       Field{20, &Process::read_bytes},
                                       Field{21, &Process::write_bytes},
                                       Field{22, &Process::oom_score_adj},
                                       Field{23, &Process::root},
                                       Field{24, &Process::role},
                                       Field{25, &Process::threads},
                                       Field{26, &Process::fds},
                                       Field{27, &Process::fds_known},
                                       Field{28, &Process::go},
                                       Field{29, &Process::uid},
                                       Field{30, &Process::foreign_root},
                                       Field{31, &Process::version},
                                       Field{32, &Process::tasks}};
};
template <>
struct Schema<Pipe> {
    static constexpr std::tuple fields{Field{1, &Pipe::inode},  Field{2, &Pipe::device},   Field{3, &Pipe::path},
                                       Field{4, &Pipe::queued}, Field{5, &Pipe::capacity}, Field{6, &Pipe::holders}};
};
template <>
struct Schema<CpuThrottling> {
    static constexpr std::tuple fields{Field{1, &CpuThrottling::at}, Field{2, &CpuThrottling::periods},
                                       Field{3, &CpuThrottling::throttled_periods}, Field{4, &CpuThrottling::throttled}};
};
template <>
struct Schema<Cgroup> {
    static constexpr std::tuple fields{Field{1, &Cgroup::path},
                                       Field{2, &Cgroup::v2},
                                       Field{3, &Cgroup::freezer_state},
                                       Field{4, &Cgroup::self_freezing},
                                       Field{5, &Cgroup::frozen_by},
                                       Field{6, &Cgroup::memory_current},
                                       Field{7, &Cgroup::memory_high},
                                       Field{8, &Cgroup::memory_max},
                                       Field{9, &Cgroup::memory_high_events},
                                       Field{10, &Cgroup::oom_events},
                                       Field{11, &Cgroup::oom_kill_events},
                                       Field{12, &Cgroup::under_oom},
                                       Field{13, &Cgroup::oom_kill_disabled},
                                       Field{14, &Cgroup::pids_current},
                                       Field{15, &Cgroup::pids_max},
                                       Field{16, &Cgroup::throttling},
                                       Field{17, &Cgroup::throttling_before},
                                       Field{18, &Cgroup::cpu_pressure},
                                       Field{19, &Cgroup::memory_pressure},
                                       Field{20, &Cgroup::io_pressure},
                                       Field{21, &Cgroup::memory_limit_hits},
                                       Field{22, &Cgroup::memory_limit_hits_before}};
};
template <>
struct Schema<Pressure> {
    static constexpr std::tuple fields{Field{1, &Pressure::cpu}, Field{2, &Pressure::memory}, Field{3, &Pressure::io}};
};
template <>
struct Schema<Mount> {
    static constexpr std::tuple fields{
        Field{1, &Mount::id},          Field{2, &Mount::parent},        Field{3, &Mount::device},  Field{4, &Mount::mount_point},
        Field{5, &Mount::type},        Field{6, &Mount::source},        Field{7, &Mount::options}, Field{8, &Mount::seen_from},
        Field{9, &Mount::fuse_server}, Field{10, &Mount::fuse_waiting}, Field{11, &Mount::frozen}, Field{12, &Mount::root}};
};
template <>
struct Schema<MountHolder> {
    static constexpr std::tuple fields{Field{1, &MountHolder::mount_point}, Field{2, &MountHolder::pid}, Field{3, &MountHolder::how},
                                       Field{4, &MountHolder::path}, Field{5, &MountHolder::same_mounts}};
};
template <>
struct Schema<HungTask> {
    static constexpr std::tuple fields{Field{1, &HungTask::task},         Field{2, &HungTask::comm},  Field{3, &HungTask::seconds},
                                       Field{4, &HungTask::on},           Field{5, &HungTask::owner}, Field{6, &HungTask::owner_comm},
                                       Field{7, &HungTask::owner_writes}, Field{8, &HungTask::at},    Field{9, &HungTask::line}};
};
template <>
struct Schema<BlockDevice> {
    static constexpr std::tuple fields{Field{1, &BlockDevice::device},          Field{2, &BlockDevice::name},
                                       Field{3, &BlockDevice::reads_in_flight}, Field{4, &BlockDevice::writes_in_flight},
                                       Field{5, &BlockDevice::suspended},       Field{6, &BlockDevice::below},
                                       Field{7, &BlockDevice::backing_file}};
};
template <>
struct Schema<FileLock> {
    static constexpr std::tuple fields{Field{1, &FileLock::kind},   Field{2, &FileLock::write}, Field{3, &FileLock::holder},
                                       Field{4, &FileLock::device}, Field{5, &FileLock::inode}, Field{6, &FileLock::waiters}};
};
template <>
struct Schema<ExecPidFile> {
    static constexpr std::tuple fields{Field{1, &ExecPidFile::exec_id}, Field{2, &ExecPidFile::pid}, Field{3, &ExecPidFile::gone_for}};
};
template <>
struct Schema<OciHook> {
    static constexpr std::tuple fields{Field{1, &OciHook::kind}, Field{2, &OciHook::path}, Field{3, &OciHook::arguments}};
};
template <>
struct Schema<ContainerFiles> {
    static constexpr std::tuple fields{Field{1, &ContainerFiles::container},
                                       Field{2, &ContainerFiles::state_dir},
                                       Field{3, &ContainerFiles::bundle},
                                       Field{4, &ContainerFiles::bundle_exists},
                                       Field{5, &ContainerFiles::address},
                                       Field{6, &ContainerFiles::containerd_address},
                                       Field{7, &ContainerFiles::runc_root},
                                       Field{8, &ContainerFiles::exec_fifo},
                                       Field{9, &ContainerFiles::exec_fifo_age_s},
                                       Field{10, &ContainerFiles::init_pid},
                                       Field{11, &ContainerFiles::state_init_pid},
                                       Field{12, &ContainerFiles::state_init_start},
                                       Field{13, &ContainerFiles::state_json_error},
                                       Field{14, &ContainerFiles::state_json_exists},
                                       Field{15, &ContainerFiles::config_json_error},
                                       Field{16, &ContainerFiles::cgroup},
                                       Field{17, &ContainerFiles::log_errors},
                                       Field{18, &ContainerFiles::sandbox_shim},
                                       Field{19, &ContainerFiles::state_path},
                                       Field{20, &ContainerFiles::created},
                                       Field{21, &ContainerFiles::rootfs},
                                       Field{22, &ContainerFiles::sandbox},
                                       Field{23, &ContainerFiles::pod_namespace},
                                       Field{24, &ContainerFiles::pod},
                                       Field{25, &ContainerFiles::name},
                                       Field{26, &ContainerFiles::execs},
                                       Field{27, &ContainerFiles::hooks},
                                       Field{28, &ContainerFiles::unresponsive_mount},
                                       Field{29, &ContainerFiles::seen_through},
                                       Field{30, &ContainerFiles::runtime},
                                       Field{31, &ContainerFiles::owner},
                                       Field{32, &ContainerFiles::engine_name},
                                       Field{33, &ContainerFiles::monitor},
                                       Field{34, &ContainerFiles::init_gone_for},
                                       Field{35, &ContainerFiles::changed_s_ago},
                                       Field{36, &ContainerFiles::gofer},
                                       Field{37, &ContainerFiles::remade}};
};
template <>
struct Schema<Observer> {
    static constexpr std::tuple fields{Field{1, &Observer::known}, Field{2, &Observer::uid}, Field{3, &Observer::capabilities},
                                       Field{4, &Observer::host_pids}, Field{5, &Observer::host_users}};
};
template <>
struct Schema<UntrustedSource> {
    static constexpr std::tuple fields{Field{1, &UntrustedSource::what}, Field{2, &UntrustedSource::why}, Field{3, &UntrustedSource::pid},
                                       Field{4, &UntrustedSource::container}};
};
template <>
struct Schema<PodRef> {
    static constexpr std::tuple fields{Field{1, &PodRef::pod_namespace}, Field{2, &PodRef::pod}, Field{3, &PodRef::daemon}};
};
template <>
struct Schema<Snapshot> {
    static constexpr std::tuple fields{
        Field{1, &Snapshot::host},           Field{2, &Snapshot::taken},          Field{3, &Snapshot::taken_monotonic},
        Field{4, &Snapshot::targets},        Field{5, &Snapshot::processes},      Field{6, &Snapshot::pipes},
        Field{7, &Snapshot::sockets},        Field{8, &Snapshot::cgroups},        Field{9, &Snapshot::mounts},
        Field{10, &Snapshot::locks},         Field{11, &Snapshot::containers},    Field{12, &Snapshot::clock_ticks_per_second},
        Field{13, &Snapshot::stopped},       Field{14, &Snapshot::read_errors},   Field{15, &Snapshot::asked},
        Field{16, &Snapshot::observer},      Field{17, &Snapshot::asked_places},  Field{18, &Snapshot::untrusted},
        Field{19, &Snapshot::asked_pods},    Field{20, &Snapshot::mount_holders}, Field{21, &Snapshot::hung_tasks},
        Field{22, &Snapshot::block_devices}, Field{23, &Snapshot::pressure},      Field{24, &Snapshot::suspended}};
};
template <>
struct Schema<TaskInfo> {
    static constexpr std::tuple fields{Field{1, &TaskInfo::pid},     Field{2, &TaskInfo::tid},           Field{3, &TaskInfo::comm},
                                       Field{4, &TaskInfo::ns_tids}, Field{5, &TaskInfo::pid_namespace}, Field{6, &TaskInfo::role}};
};
template <>
struct Schema<SessionInfo> {
    static constexpr std::tuple fields{
        Field{1, &SessionInfo::host},       Field{2, &SessionInfo::real_anchor},     Field{3, &SessionInfo::monotonic_anchor},
        Field{4, &SessionInfo::arch},       Field{5, &SessionInfo::writer},          Field{6, &SessionInfo::command_line},
        Field{7, &SessionInfo::targets},    Field{8, &SessionInfo::started_command}, Field{9, &SessionInfo::follows},
        Field{10, &SessionInfo::scheduling}};
};
template <>
struct Schema<SchedulingEvent> {
    static constexpr std::tuple fields{
        Field{1, &SchedulingEvent::waking},        Field{2, &SchedulingEvent::cpu},         Field{3, &SchedulingEvent::after},
        Field{4, &SchedulingEvent::from},          Field{5, &SchedulingEvent::to},          Field{6, &SchedulingEvent::state},
        Field{7, &SchedulingEvent::from_priority}, Field{8, &SchedulingEvent::to_priority}, Field{9, &SchedulingEvent::target_cpu}};
};
template <>
struct Schema<ScheduledTask> {
    static constexpr std::tuple fields{Field{1, &ScheduledTask::tid}, Field{2, &ScheduledTask::pid}, Field{3, &ScheduledTask::comm}};
};
template <>
struct Schema<Scheduling> {
    static constexpr std::tuple fields{Field{1, &Scheduling::first}, Field{2, &Scheduling::events}, Field{3, &Scheduling::tasks},
                                       Field{4, &Scheduling::lost}};
};
template <>
struct Schema<RecordingHeader> {
    static constexpr std::tuple fields{Field{1, &RecordingHeader::format}, Field{2, &RecordingHeader::byte_order},
                                       Field{3, &RecordingHeader::session}};
};

}  // namespace shimtrace::recording
