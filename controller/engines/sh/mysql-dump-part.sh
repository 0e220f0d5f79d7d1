# Arguments from the fifth on: an empty one, then the dump tool's; twice when it runs twice. What comes before the first empty
# one are the options for connecting. No name and no option is empty.
choose $dumps

# run N: becomes the tool with the arguments of that run.
run() {
  wanted=$1 section=0 left=$#
  shift
  while [ "$left" -gt 1 ]; do
    word=$1 left=$((left - 1))
    shift
    if [ -z "$word" ]; then
      section=$((section + 1))
    elif [ "$section" = 0 ] || [ "$section" = "$wanted" ]; then
      set -- "$@" "$word"
    fi
  done
  exec $run_as "$tool" "$@"
}

runs=0
for word; do
  if [ -z "$word" ]; then runs=$((runs + 1)); fi
done
if [ "$runs" = 2 ]; then (run 1 "$@") || exit; fi
run "$runs" "$@"
