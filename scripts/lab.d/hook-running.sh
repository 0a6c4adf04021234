hang hook-running/shim hook_shim 'a createRuntime hook that sleeps, under a shim'
hook_shim() {
    start_containerd
    make_spec "$lab_dir/spec.json" c1 "$(hook_filter createRuntime)" sleep 8888
    run_spec c1 "$lab_dir/spec.json"
    hook_facts
    found_container c1
}

hang hook-running/runc hook_runc 'a createRuntime hook that sleeps, under runc alone'
hook_runc() {
    make_bundle c1 "$(hook_filter createRuntime)" sleep 8888
    apart "$oci_runtime" --root "$lab_dir/runtime" run --bundle "$bundle" c1 >/dev/null 2>>"$lab_dir/log"
    local runtime=$apart_pid
    hook_facts
    fact container c1
    fact target "$runtime"
    fact runtime "$runtime"
}

hang hook-running/poststop hook_poststop 'a poststop hook that sleeps: `runc delete` waits for it'
hook_poststop() {
    start_containerd
    make_spec "$lab_dir/spec.json" c1 "$(hook_filter poststop)" sleep 8888
    run_spec c1 "$lab_dir/spec.json"
    eventually 20 "the container runs" task_runs c1
    found_container c1
    kill -KILL "${lab_fact[init]}"
    hook_facts
    fact init ''
}

hang hook-running/script hook_script 'a createRuntime hook that is a script, which waits for what it runs'
hook_script() {
    start_containerd
    printf '#!/bin/sh\nsleep 9999\necho done\n' >"$lab_dir/hook"
    chmod +x "$lab_dir/hook"
    make_spec "$lab_dir/spec.json" c1 ".hooks = {createRuntime: [{path: \"$lab_dir/hook\"}]}" sleep 8888
    run_spec c1 "$lab_dir/spec.json"
    hook_facts
    found_container c1
}

hook_filter() { echo ".hooks = {$1: [{path: \"$(command -v sleep)\", args: [\"sleep\", \"9999\"]}]}"; }

hook_facts() {
    local hook
    eventually 20 "the hook runs" remember hook lab_process 'sleep 9999 '
    eventually 5 "the hook sleeps" stays_in_call "$hook" 35 230
    fact culprit "$hook"
}
