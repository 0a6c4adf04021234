hang config-invalid/comment config_comment 'a comment in config.json'
config_comment() {
    config_of_running
    jq . "$config" | sed '2s|^|  // the pod of the day\n|' >"$config.new" && mv "$config.new" "$config"
}

hang config-invalid/trailing-comma config_trailing_comma 'a comma too many in config.json'
config_trailing_comma() {
    config_of_running
    jq . "$config" | sed '$s/^}$/,}/' >"$config.new" && mv "$config.new" "$config"
}

hang config-invalid/byte-order-mark config_byte_order_mark 'config.json as some editors save it'
config_byte_order_mark() {
    config_of_running
    { printf '\xef\xbb\xbf' && cat "$config"; } >"$config.new" && mv "$config.new" "$config"
}

config_of_running() {
    start_containerd
    run_detached c1 -- sleep 9999
    config=$lab_dir/state/io.containerd.runtime.v2.task/$lab_name/c1/config.json
    [[ -s $config ]] || fail "no $config"
}
