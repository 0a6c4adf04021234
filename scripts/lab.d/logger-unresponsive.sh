hang logger-unresponsive/sleep logger_sleep 'a `binary://` logger that never says that it is ready: it is `exec sleep`'
logger_sleep() {
    start_containerd
    printf '#!/bin/sh\nexec sleep 9999\n' >"$lab_dir/logger"
    chmod +x "$lab_dir/logger"
    # shellcheck disable=SC2046 # options are words
    client run -d $(run_options) --log-uri "binary://$lab_dir/logger" "$image" c1 sleep 8888
    local logger
    eventually 20 "the logger runs" remember logger lab_process 'sleep 9999 '
    eventually 5 "the logger sleeps" stays_in_call "$logger" 35 230
    found_container c1
    fact init ''
    fact culprit "$logger"
}
