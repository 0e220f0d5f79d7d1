# Arguments from the fifth on: the dump tool's. The shell becomes the tool, so that its pid ends the tool.
choose $dumps
# With DBBACKUP_WAIT, all is ready: it begins when a line of input says so, and never when whoever should write it is gone.
if [ -n "${DBBACKUP_WAIT:-}" ]; then
  read -r _line || exit 97
  unset DBBACKUP_WAIT
fi
exec $run_as "$tool" "$@"
