# Arguments from the fifth on: the dump tool's. The shell becomes the tool, so that its pid ends the tool.
choose $dumps
exec $run_as "$tool" "$@"
