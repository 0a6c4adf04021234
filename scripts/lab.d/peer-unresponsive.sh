hang peer-unresponsive/stopped-server stopped_peer 'the workload has asked a TCP server on the host, on loopback, which is stopped'
stopped_peer() { asks_host tcp:127.0.0.1 asks 0; }

hang peer-unresponsive/stopped-server-polled polled_server 'the same, and the workload polls'
polled_server() { asks_host tcp:127.0.0.1 polls 7; }

hang peer-unresponsive/unix stopped_unix_server 'the workload has asked a server on a unix socket that is mounted into it, which is stopped'
stopped_unix_server() { asks_host unix asks 0; }

hang peer-unresponsive/ring ring_of_requests 'the same, and the workload has asked an io_uring for the answer, and waits for that'
ring_of_requests() {
    needs_kernel io-uring
    asks_host unix rings 426
}

hang peer-unresponsive/full-queue full_queue 'the workload writes to a TCP server that does not read'
full_queue() { writes_to_host tcp:127.0.0.1; }

hang peer-unresponsive/full-unix-queue full_unix_queue 'the same over a unix socket'
full_unix_queue() { writes_to_host unix; }

hang peer-unresponsive/full-datagrams full_datagrams 'the same with datagrams'
full_datagrams() { writes_to_host dgram; }

hang peer-unresponsive/full-packets full_packets 'the same with packets in order'
full_packets() { writes_to_host seqpacket; }

hang peer-unresponsive/backlog full_backlog 'the workload connects to a TCP server that does not accept, and whose backlog is full'
full_backlog() { connects_to_host tcp:127.0.0.1; }

hang peer-unresponsive/unix-backlog full_unix_backlog 'the same over a unix socket'
full_unix_backlog() { connects_to_host unix; }

hang peer-unresponsive/sidecar-backlog full_sidecar_backlog 'the same, and the server is another container, with a network of its own'
full_sidecar_backlog() {
    with_peers
    run_detached c2 --mount "$(bind_mount data)" -- /data/peer deaf unix:/data/socket
    local server=${lab_fact[init]}
    eventually 5 "the server is there" stays_in_call "$server" 34
    run_detached c1 --mount "$(bind_mount data)" -- /data/peer connects unix:/data/socket
    eventually 10 "the workload waits" stays_in_call "${lab_fact[init]}" 42
    fact culprit "$server"
}

hang peer-unresponsive/veth across_veth 'the workload has asked a server in another container, over a pair of interfaces, which is stopped'
across_veth() {
    two_containers
    stop "$other_init"
    : >"$lab_dir/data/go"
    eventually 10 "the workload waits for the answer" stays_in_call "${lab_fact[init]}" 0
    fact culprit "$other_init"
}

hang peer-unresponsive/blackhole blackhole 'the workload connects to an address from which nothing comes back'
blackhole() {
    two_containers
    nsenter -t "${lab_fact[init]}" -n ip neighbour replace 10.77.0.9 lladdr 02:00:00:00:00:09 dev veth0
    sed -i 's/10.77.0.2:80/10.77.0.9:80/' "$lab_dir/data/go-on"
    : >"$lab_dir/data/go"
    eventually 10 "the workload connects" stays_in_call "${lab_fact[init]}" 42
    eventually 20 "its kernel has asked twice" has_asked_again "${lab_fact[init]}"
}

# asks_host ADDRESS HOW CALL: a server of the host's answers until it is stopped; the workload asks, in that call.
asks_host() {
    with_peers
    apart "$lab_dir/data/peer" answers "$(address_of "$1" host)"
    local server=$apart_pid
    eventually 5 "the server listens" stays_in_call "$server" 43
    stop "$server"
    run_client "$2" "$1" "$3"
    fact culprit "$server"
}

# writes_to_host ADDRESS: a server of the host's accepts, and reads nothing.
writes_to_host() {
    with_peers
    apart "$lab_dir/data/peer" silent "$(address_of "$1" host)"
    local server=$apart_pid
    eventually 5 "the server is there" stays_in_call "$server" 43 34
    run_client fills "$1" 1
    fact culprit "$server"
}

# connects_to_host ADDRESS: a server of the host's never accepts.
connects_to_host() {
    with_peers
    apart "$lab_dir/data/peer" deaf "$(address_of "$1" host)"
    local server=$apart_pid
    eventually 5 "the server is there" stays_in_call "$server" 34
    run_client connects "$1" 42
    [[ $1 != tcp* ]] || eventually 20 "its kernel has asked twice" has_asked_again "${lab_fact[init]}"
    fact culprit "$server"
}

with_peers() {
    start_containerd
    mkdir -p "$lab_dir/data"
    build_program peer
    cp "$lab_dir/peer" "$lab_dir/data/peer"
}

# run_client HOW ADDRESS CALL: the workload, on the host's network (--net-host would want an /etc/hosts, which a minimal host lacks), stays in that call.
run_client() {
    run_detached c1 --with-ns "network:/proc/$$/ns/net" --mount "$(bind_mount data)" -- /data/peer "$1" "$(address_of "$2" container)"
    eventually 10 "the workload waits" stays_in_call "${lab_fact[init]}" "$3"
}

# address_of tcp:IP|unix|dgram|seqpacket host|container: a port or a name of this lab's own.
address_of() {
    case $1 in
    tcp:*) echo "$1:$((20000 + $$ % 10000))" ;;
    *) [[ $2 == host ]] && echo "$1:$lab_dir/data/socket" || echo "$1:/data/socket" ;;
    esac
}

# two_containers: c1 and c2 with 10.77.0.1 and 10.77.0.2 on a pair of interfaces. c2 (its init in $other_init) is a server; c1 does what
# /data/go-on says when /data/go is there.
two_containers() {
    needs_kernel veth
    with_peers
    run_detached c2 --mount "$(bind_mount data)" -- sh -c 'until ip address | grep -q 10.77.0.2; do usleep 20000; done; exec /data/peer answers tcp:10.77.0.2:80'
    other_init=${lab_fact[init]}
    echo 'exec /data/peer asks tcp:10.77.0.2:80' >"$lab_dir/data/go-on"
    run_detached c1 --mount "$(bind_mount data)" -- sh -c 'until [ -e /data/go ]; do usleep 20000; done; . /data/go-on'
    nsenter -t "${lab_fact[init]}" -n ip link add veth0 type veth peer name veth0 netns "$other_init"
    local end
    for end in "${lab_fact[init]} 10.77.0.1" "$other_init 10.77.0.2"; do
        nsenter -t "${end% *}" -n ip address add "${end#* }/24" dev veth0
        nsenter -t "${end% *}" -n ip link set veth0 up
    done
    eventually 10 "the server listens" stays_in_call "$other_init" 43
}

# has_asked_again PID: its namespace has a connection in SYN_SENT (02) that was tried twice without an answer.
has_asked_again() { awk '$4 == "02" && $7 > "00000001" { found = 1 } END { exit !found }' "/proc/$1/net/tcp"; }
