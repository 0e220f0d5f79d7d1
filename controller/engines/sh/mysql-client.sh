# Arguments from the fifth on: the client's. The shell becomes the client, so that its pid ends it.
choose $clients
exec $run_as "$tool" "$@"
