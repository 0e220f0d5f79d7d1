# Runs another script, argument 1, with a low priority; the arguments after it are that script's. Each step becomes the next one,
# so that the process that was started ends the tool. An image without `nice`, or a kernel that refuses, changes nothing.
script=$1
shift
set -- sh -c "$script" dbbackup "$@"
if ionice -c 2 -n 7 true 2>/dev/null; then set -- ionice -c 2 -n 7 "$@"; fi
if nice -n 10 true 2>/dev/null; then set -- nice -n 10 "$@"; fi
exec "$@"
