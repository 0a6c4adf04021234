# Pods as CRI makes them: a sandbox and its containers under one shim, with Kubernetes' names in their annotations.

# pod_id NAMESPACE/POD[/CONTAINER]: as long as CRI's.
pod_id() { printf %s "$lab_name/$1" | sha256sum | cut -d' ' -f1; }

# run_in_pod NAMESPACE/POD CONTAINER [OPTION...] -- COMMAND...: CONTAINER '' is the sandbox, which must come first.
run_in_pod() {
    local pod=$1 name=$2 sandbox id
    shift 2
    sandbox=$(pod_id "$pod") id=$(pod_id "$pod${name:+/$name}")
    local -a options=(--annotation "io.kubernetes.cri.sandbox-id=$sandbox" --annotation "io.kubernetes.cri.sandbox-name=${pod#*/}"
        --annotation "io.kubernetes.cri.sandbox-namespace=${pod%%/*}")
    [[ -z $name ]] || options+=(--annotation "io.kubernetes.cri.container-name=$name")
    while [[ $1 != -- ]]; do options+=("$1") && shift; done
    shift
    quietly ctr run -d $(run_options) "${options[@]}" "$image" "$id" "$@" </dev/null
    mkdir -p "$lab_dir/ids/$lab_name/$id"
    eventually 20 "the shim of $pod" remember shim shim_of "$sandbox"
    fact container "$id"
    fact namespace "$lab_name"
    fact shim "$shim"
    fact init "$(<"$lab_dir/state/io.containerd.runtime.v2.task/$lab_name/$id/init.pid")"
    fact target "$pod${name:+/$name}"
}

# Two pods of one name in two namespaces that only this lab has; one has two containers, and a third with the sandbox's pid namespace, whose first
# process leaves an orphan to the sandbox's.
start_pods() {
    local suffix=${lab_name#lab-}
    suffix=${suffix,,}
    start_containerd
    fact pods "prod-$suffix test-$suffix"
    run_in_pod "test-$suffix/web-1" '' -- sleep 9999
    run_in_pod "test-$suffix/web-1" app -- sleep 9999
    run_in_pod "prod-$suffix/web-1" '' -- sleep 9999
    local sandbox_init=${lab_fact[init]}
    fact sandbox_init "$sandbox_init"
    run_in_pod "prod-$suffix/web-1" shared --with-ns "pid:/proc/$sandbox_init/ns/pid" -- sh -c '(sleep 8888 &); exec sleep 9999'
    eventually 10 "the orphan has the sandbox's init as its parent" remember orphan orphan_of "$sandbox_init"
    fact orphan "$orphan"
    run_in_pod "prod-$suffix/web-1" side -- sleep 9999
    fact side "${lab_fact[container]}"
    run_in_pod "prod-$suffix/web-1" app -- sleep 9999
}

orphan_of() {
    local pid
    for pid in $(<"/proc/$1/task/$1/children"); do [[ $(command_line "$pid") == 'sleep 8888'* ]] && echo "$pid" && return; done
    return 1
}

hang healthy/pods healthy_pods 'two pods of one name in two namespaces, with containers of one name, one of them in the pid namespace of its sandbox'
healthy_pods() {
    start_pods
    eventually 5 "the workload sleeps" stays_in_call "${lab_fact[init]}" 35 230
}

hang runtime-stopped/pod runtime_stopped_pod 'SIGSTOP to a `runc exec` for one container of a pod: the others are as they should be'
runtime_stopped_pod() {
    make_halting_runtime
    start_pods
    stopped_runtime exec exec_in "${lab_fact[container]}" sleep 7777
}
